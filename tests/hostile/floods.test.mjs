import { proveQuickly } from './support/quick.mjs';
import { floods } from './topics/floods.mjs';

proveQuickly(floods);
