// Measures each ratio of docs/performance.md, side by side in one run, and prints the table.
//   make bench                 everything
//   make bench ARGS="a d"      only some; ARGS="--quick" with a tenth of the data
import { cpus } from 'node:os';
import { quick, removeFolders } from './harness.mjs';
import { benches as probes } from './probes.mjs';
import { benches as publisher } from './publisher.mjs';
import { benches as subscriber } from './subscriber.mjs';

const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));

console.log(`${cpus().length} x ${cpus()[0].model}, ${new Date().toISOString().slice(0, 10)}${quick ? ', quick' : ''}`);
console.log('| | what | ours | beside it | ratio | goal | met |\n|---|---|---|---|---|---|---|');
try {
  for (const [name, bench] of Object.entries({ ...subscriber, ...publisher, ...probes })) {
    if (chosen.length === 0 || chosen.includes(name)) await bench();
  }
} finally {
  removeFolders();
}
