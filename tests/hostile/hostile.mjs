// The long form: `node tests/hostile/hostile.mjs [TOPIC …] [--seed N] [--seconds N]`, see README.md.
import { parseArgs } from 'node:util';
import { prove, table } from './support/prove.mjs';
import { floods } from './topics/floods.mjs';
import { framing } from './topics/framing.mjs';
import { json } from './topics/json.mjs';
import { receivers } from './topics/receivers.mjs';
import { slow } from './topics/slow.mjs';

const topics = [framing, json, slow, floods, receivers];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '60' },
    quick: { type: 'boolean', default: false },
  },
});
const chosen =
  positionals.length === 0 ? topics : topics.filter(({ name }) => positionals.includes(name));
const unknown = positionals.filter((each) => !topics.some(({ name }) => name === each));
if (unknown.length > 0) {
  console.error(
    `no topic ${unknown.join(', ')}; there are ${topics.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}

/** What the helpers expect of a test of node:test. */
class Standing {
  #cleanups = [];
  after(clean) {
    this.#cleanups.push(clean);
  }
  async end() {
    for (const clean of this.#cleanups) await clean();
  }
}

const growth = (grown) =>
  Object.entries(grown)
    .map(([name, bytes]) => `${name} +${Math.round(bytes / 2 ** 20)} MiB`)
    .join(', ');

const options = {
  seed: Number(values.seed),
  seconds: values.quick ? 0 : Number(values.seconds),
  quick: values.quick,
};
const results = [];
for (const topic of chosen) {
  const standing = new Standing();
  const interrupt = () => standing.end().then(() => process.exit(130));
  process.once('SIGINT', interrupt);
  console.log(`${topic.name} …`);
  const result = await prove(standing, topic, options).finally(() => standing.end());
  process.off('SIGINT', interrupt);
  results.push(result);
  for (const { phase, grown } of result.phases) console.log(`  ${phase}: ${growth(grown)}`);
  for (const failure of result.failures) console.log(`  FAILED ${failure}`);
}
console.log(`\n${table(results)}\nseed ${options.seed}`);
process.exit(results.some(({ failures }) => failures.length > 0) ? 1 : 0);
