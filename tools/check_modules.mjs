// Each module of src/ includes headers of exactly the modules that its CMakeLists.txt names in USES: what is included
// and not named would link by accident, and what is named and not included is a dependency that nobody has.
//
//   node tools/check_modules.mjs
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.url.replace('file://', ''), '../../src');

/** The modules, in the order in which src/CMakeLists.txt builds them: from the ground up. */
const order = [...readFileSync(join(source, 'CMakeLists.txt'), 'utf8').matchAll(/add_subdirectory\((\w+)\)/g)].map(([, name]) => name);

/** The words after USES in the module's one call of bellwether_module. */
function declaredUses(module) {
  const text = readFileSync(join(source, module, 'CMakeLists.txt'), 'utf8');
  const uses = /bellwether_module\(\s*\w+[^)]*?\bUSES\s+([^)]*?)(?:\bPRIVATE\b|\))/.exec(text);
  return new Set(uses ? uses[1].trim().split(/\s+/) : []);
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : /\.(cpp|hpp)(\.in)?$/.test(entry.name) ? [join(folder, entry.name)] : []);
}

/** Module → the first place that includes one of its headers. */
function includedModules(module) {
  const found = new Map();
  for (const file of filesBelow(join(source, module))) {
    readFileSync(file, 'utf8').split('\n').forEach((line, index) => {
      const included = /^#include "(\w+)\//.exec(line)?.[1];
      if (included && included !== module && !found.has(included)) found.set(included, `${file.slice(source.length - 3)}:${index + 1}`);
    });
  }
  return found;
}

const faults = [];
order.forEach((module, place) => {
  const declared = declaredUses(module);
  const included = includedModules(module);
  for (const [other, where] of included) {
    if (!declared.has(other)) faults.push(`${where}: includes ${other}/, which src/${module}/CMakeLists.txt does not name in USES`);
  }
  for (const other of declared) {
    if (!included.has(other)) faults.push(`src/${module}/CMakeLists.txt: names ${other} in USES, but no file includes ${other}/`);
    if (order.indexOf(other) >= place) faults.push(`src/${module}/CMakeLists.txt: uses ${other}, which is not below it in src/CMakeLists.txt`);
  }
});
for (const entry of readdirSync(source, { withFileTypes: true })) {
  if (entry.isDirectory() && !order.includes(entry.name)) faults.push(`src/${entry.name}: not in src/CMakeLists.txt`);
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length ? 1 : 0;
