// A file is one idea: source files and scripts have at most 400 lines. (How long a function may be is clang-tidy's
// readability-function-size.) A file that reaches the limit is two ideas: split it where a newcomer would look.
//
//   node tools/check_lengths.mjs FILE…
import { readFileSync } from 'node:fs';

const maxLines = 400;

let count = 0;
for (const file of process.argv.slice(2)) {
  const lines = readFileSync(file, 'utf8').split('\n').length - 1;
  if (lines <= maxLines) continue;
  console.error(`${file}: ${lines} lines, at most ${maxLines}: split it`);
  ++count;
}
process.exitCode = count > 0 ? 1 : 0;
