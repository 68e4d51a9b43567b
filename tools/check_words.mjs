// Words that readers stumble over, in the lines that a change adds to documents, code, comments and messages.
// CONTRIBUTING.md ("How we write") has the rules; here are those that a program can check. A word in backticks is code.
//
//   node tools/check_words.mjs COMMIT      the lines added since COMMIT, uncommitted and new files included
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const banned = [
  [/\b(does|do) not read\b/i, 'write "cannot be parsed" or "is not valid"'],
  [/\b(?<!re|com|a)mend(s|ed|ing)?\b/i, 'write "fix"'],
  [/\bis no (id|number|name|url|date|time|string|object|array|list)\b/i, 'write "is not a …"'],
  [/\banew\b/i, 'write "again"'],
  [/\ba text\b/i, 'write "a string"'],
  [/\bwholly\b/i, 'write "completely", or leave it out'],
  [/\bfor ever\b/i, 'write "forever"'],
  [/\bwhom\b/i, 'name the person or the thing'],
  [/\bfor who\b/i, 'write "for engineers who …", "for the member that …"'],
  [/\bthe others'/i, 'name what belongs to which'],
];

/** The first word of a line that is not to be used, and what to write; undefined when all are fine. */
function fault(line) {
  const text = line.replace(/`[^`]*`/g, ' ');
  for (const [word, instead] of banned) {
    const found = word.exec(text)?.[0];
    if (found) return `"${found}": ${instead}`;
  }
  return undefined;
}

function git(...args) {
  return execFileSync('git', args, { encoding: 'utf8', maxBuffer: 1 << 28 });
}

const paths = ['*.md', '*.cpp', '*.hpp', '*.mjs', '*.sh', '*.txt', '*.cmake', '*.yaml', '*.toml', 'Makefile', '.ci/run',
  ':!tools/check_words.mjs', ':!*/package-lock.json'];

/** [{file, line, text}] of all lines added since the commit. */
function addedLines(commit) {
  const added = [];
  let file;
  let line = 0;
  for (const row of git('diff', '--unified=0', '--no-color', '--no-ext-diff', commit, '--', ...paths).split('\n')) {
    if (row.startsWith('+++ ')) file = row.slice(6);
    else if (row.startsWith('@@')) line = Number(/\+(\d+)/.exec(row)[1]);
    else if (row.startsWith('+')) added.push({ file, line: line++, text: row.slice(1) });
  }
  for (const name of git('ls-files', '--others', '--exclude-standard', '--', ...paths).split('\n').filter(Boolean)) {
    readFileSync(name, 'utf8').split('\n').forEach((text, index) => added.push({ file: name, line: index + 1, text }));
  }
  return added;
}

function selfTest() {
  const right = ['it cannot be parsed', 'recommended', 'amended', 'write `anew` never', 'is not a number', 'whoever'];
  const wrong = ['the header does not read', 'mend it', 'this is no id', 'made anew', 'For who builds', 'a text'];
  const misjudged = [...right.filter((line) => fault(line)), ...wrong.filter((line) => !fault(line))];
  misjudged.forEach((line) => console.error(`judged wrongly: ${line}`));
  return misjudged.length;
}

let count = selfTest();
for (const { file, line, text } of addedLines(process.argv[2])) {
  const found = fault(text);
  if (!found) continue;
  console.error(`${file}:${line}: ${found}`);
  ++count;
}
process.exitCode = count > 0 ? 1 : 0;
