import { proveQuickly } from './support/quick.mjs';
import { json } from './topics/json.mjs';

proveQuickly(json);
