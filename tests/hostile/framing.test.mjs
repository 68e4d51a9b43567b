import { proveQuickly } from './support/quick.mjs';
import { framing } from './topics/framing.mjs';

proveQuickly(framing);
