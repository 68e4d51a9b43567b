import { proveQuickly } from './support/quick.mjs';
import { slow } from './topics/slow.mjs';

proveQuickly(slow);
