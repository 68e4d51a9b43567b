// What the binary can be configured to: names of settings differ between versions.
import { run } from '../../system/support/bellwether.mjs';

let known;

/** TOML of those settings of `[section]` that the binary knows; '' when it knows none. */
export function settings(section, values) {
  known ??= run(['config']).stdout;
  const begin = known.indexOf(`\n[${section}]`);
  if (begin < 0) return '';
  const body = known.slice(begin + 1).split(/\n\[/)[0];
  const lines = Object.entries(values)
    .filter(([name]) => body.includes(`\n# ${name} =`))
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`);
  return lines.length > 0 ? `[${section}]\n${lines.join('')}` : '';
}
