// Finds `co_await` expressions that make an aggregate on the way: `co_await f({1, "a"})`, `co_await f(Fault{…})`.
//
// GCC 12 destroys such a temporary twice, which corrupts the heap; a named object, or a function's result, is
// destroyed once. The rule is stricter than the fault, so that it can be checked by eye too: between `co_await` and
// the end of its full expression stands neither a brace nor the name of a type that is called (types are named in
// CamelCase). Prints each place and exits with 1 when there is one.
//
//     node tools/check_coroutines.mjs FILE…        node tools/check_coroutines.mjs --self-test
import { readFileSync } from 'node:fs';

/** The source with comments, strings and characters blanked, so that what is left is code at its old place. */
function blank(source) {
  const token = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|R"([^(\s]*)\([\s\S]*?\)\1"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'/g;
  return source.replace(token, (found) => found.replace(/[^\n]/g, ' '));
}

/** Where the full expression around a `co_await` begins and ends: the statement, or the parentheses it stands in. */
function fullExpression(code, at) {
  let begin = at;
  for (let depth = 0; begin > 0; --begin) {
    const c = code[begin - 1];
    if (c === '}') {
      const open = initialiser(code, begin - 1);
      if (open < 0) break;
      begin = open + 1;
      continue;
    }
    if (c === ')' || c === ']') ++depth;
    if ((c === '(' || c === '[') && --depth < 0) {
      // A call's parenthesis belongs to the expression; that of `if`, `while`, `for` and `switch` does not.
      if (/\b(if|while|for|switch)\s*(constexpr\s*)?$/.test(code.slice(0, begin - 1))) break;
      depth = 0;
    }
    if (depth === 0 && (c === ';' || c === '{')) break;
  }
  let end = at;
  for (let depth = 0, calls = openCalls(code, begin, at); end < code.length; ++end) {
    const c = code[end];
    if (c === '(' || c === '[' || c === '{') ++depth;
    if (c === ')' || c === ']' || c === '}') {
      if (depth === 0 && calls-- === 0) break;
      if (depth > 0) --depth;
    }
    if (c === ';' && depth === 0) break;
  }
  return [begin, end];
}

/** Where the brace opens that `close` closes, if it initialises an object; -1 when it is a block. */
function initialiser(code, close) {
  let open = close;
  for (let depth = 0; open >= 0; --open) {
    if (code[open] === '}') ++depth;
    if (code[open] === '{' && --depth === 0) break;
  }
  const before = code.slice(Math.max(0, open - 80), open).trimEnd();
  return /[\w>,(=]$/.test(before) && !/\b(else|do|try|const|noexcept|override|final)$/.test(before) ? open : -1;
}

function openCalls(code, begin, at) {
  let open = 0;
  for (const c of code.slice(begin, at)) open += c === '(' || c === '[' ? 1 : c === ')' || c === ']' ? -1 : 0;
  return Math.max(open, 0);
}

export function faults(source) {
  const code = blank(source);
  const found = [];
  for (const match of code.matchAll(/\bco_await\b/g)) {
    const [begin, end] = fullExpression(code, match.index);
    const expression = code.slice(begin, end);
    // `Result<Fault>(…)`, `Fault(…)` and `x{…}`; `auto [a, b] =` is a declaration, not a part of the expression.
    if (!/\{/.test(expression) && !/(?<![\w.>])(?:\w+::)*[A-Z][a-z]\w*(?:<[^;]*?>)?\s*\(/.test(expression)) continue;
    found.push({ line: code.slice(0, match.index).split('\n').length, text: source.slice(begin, end).trim().split('\n')[0] });
  }
  return found;
}

function selfTest() {
  const right = ['co_await f(fault);', 'auto [e, n] = co_await g(h(a), kToTuple);', 'if (co_await f(x)) {\n  a = {1};\n}',
    'for (bool m = true; m;) m = co_await f();', 'co_return co_await f(std::move(x));', 'co_await f("{");', '// co_await f({1})\n',
    'const Fault fault{1, "a"};\nco_await f(fault);', 'co_await f();\nFault{1};', 'co_await socket().read(asio::buffer(x));'];
  const wrong = ['co_await f({408, "a"});', 'co_await f(Fault{1, "a"}, x);', 'co_await f(\n    cond ? Fault{1} : g());',
    'g(Fault{1}, co_await f());', 'auto x = co_await f(impl::Fault(1, "a"));', 'if (co_await f({1})) {\n}', 'co_await f([] { return 1; });'];
  const failed = [...right.filter((code) => faults(code).length > 0), ...wrong.filter((code) => faults(code).length === 0)];
  failed.forEach((code) => console.error(`judged wrongly: ${code}`));
  return failed.length;
}

const files = process.argv.slice(2);
let count = selfTest();
for (const file of files.filter((name) => name !== '--self-test')) {
  for (const { line, text } of faults(readFileSync(file, 'utf8'))) {
    console.error(`${file}:${line}: name the temporary of this co_await first (GCC 12 destroys it twice): ${text}`);
    ++count;
  }
}
process.exitCode = count > 0 ? 1 : 0;
