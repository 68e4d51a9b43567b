import { proveQuickly } from './support/quick.mjs';
import { receivers } from './topics/receivers.mjs';

proveQuickly(receivers);
