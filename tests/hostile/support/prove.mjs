// Runs one topic's attack on a stage and collects all that went wrong.
import { reproduce } from './bytes.mjs';
import { faultsAfter, stagePublisher, stageSubscriber } from './stage.mjs';
import { Watch } from './watch.mjs';

/** What an attack is given: the stage, the run's options, and where to report. */
export class Trial {
  inputs = 0;
  failures = [];
  constructor(topic, services, options) {
    Object.assign(this, { topic, services, options });
    for (const each of services) this[each.name] = each;
  }
  get sites() {
    return this.services.flatMap((each) => each.sites);
  }
  /** Without `seconds` each input is used once; with it, random ones follow until the time is over. */
  get hasTime() {
    return Date.now() < this.deadline;
  }
  /** `bytes` and `port` say how to repeat it, when one request is enough for that. */
  fail(what, { port, bytes } = {}) {
    this.failures.push(bytes === undefined ? what : `${what}\n    ${reproduce(port, bytes)}`);
  }
  isAlive() {
    return this.services.every(({ service: { process: { exitCode, signalCode } } }) => exitCode === null && signalCode === null);
  }
}

/**
 * { topic, inputs, failures, served, slowest, peaks }. A topic is { name, config, attack(trial) }, where
 * `config` has the settings of each service; `options` are { quick, seed, seconds }.
 */
export async function prove(t, topic, options) {
  const stages = { subscriber: stageSubscriber, publisher: stagePublisher };
  const services = [];
  for (const name of topic.services ?? Object.keys(stages)) {
    services.push(await stages[name](t, { config: topic.config?.(options)?.[name] }));
  }
  const before = await Promise.all(services.map((each) => each.untouched()));
  const trial = new Trial(topic.name, services, { seed: 1, ...options });
  const watch = Watch.start(services);
  trial.deadline = Date.now() + (options.seconds ?? 0) * 1000;
  try {
    await topic.attack(trial, t);
  } catch (error) {
    trial.fail(`the attack itself failed: ${error.stack}`);
  }
  const { failures, ...seen } = await watch.end();
  for (const failure of new Set(failures)) trial.fail(failure);
  for (const [i, each] of services.entries()) {
    for (const fault of await faultsAfter(each, before[i])) trial.fail(fault);
  }
  return { topic: topic.name, inputs: trial.inputs, failures: trial.failures, ...seen };
}

/** Runs `work` on each item, `width` at a time. */
export async function inParallel(items, width, work) {
  const left = items[Symbol.iterator]();
  await Promise.all(Array.from({ length: width }, async () => {
    for (let next = left.next(); !next.done; next = left.next()) await work(next.value);
  }));
}

const mebi = (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`;

/** The summary as lines of a table. */
export function table(results) {
  const rows = results.map(({ topic, inputs, failures, served, slowest, peaks }) => [topic, inputs, failures.length, served,
    `${slowest} ms`, ...['subscriber', 'publisher'].map((name) => (peaks[name] ? `${mebi(peaks[name].base)} -> ${mebi(peaks[name].peak)}` : '-'))]);
  const all = [['topic', 'inputs', 'failures', 'healthy requests', 'slowest', 'subscriber memory', 'publisher memory'], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => String(row[column]).length)));
  return all.map((row) => row.map((cell, column) => String(cell).padEnd(widths[column])).join('  ').trimEnd()).join('\n');
}
