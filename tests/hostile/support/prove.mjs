// Runs one topic's attack on a stage and collects all that went wrong.
import { setTimeout as sleep } from 'node:timers/promises';
import { reproduce } from './bytes.mjs';
import { exchange } from './exchange.mjs';
import { faultsAfter, hasEnded, stagePublisher, stageSubscriber } from './stage.mjs';
import { Watch } from './watch.mjs';

/** Requests that are remembered to find the one that kills, and how long that may take (milliseconds). */
const remembered = 64;
const searchBound = 60_000;
const mostHangs = 10;
const stages = { subscriber: stageSubscriber, publisher: stagePublisher };

/** What an attack is given: the stage, the run's options, and where to report. */
export class Trial {
  inputs = 0;
  failures = [];
  recent = [];
  hangs = 0;
  constructor(topic, services, options) {
    Object.assign(this, { topic, services, options });
    for (const each of services) this[each.name] = each;
  }
  get sites() {
    return this.services.flatMap((each) => each.sites);
  }
  /**
   * Sends bytes to the listener of that name; what `exchange` says came back. Counts the request, and
   * remembers it for `findKiller`.
   */
  async send(site, bytes, options) {
    this.inputs += 1;
    this.recent.push({ site, bytes });
    if (this.recent.length > remembered) this.recent.shift();
    const got = await exchange({ port: this.portOf(site), bytes, ...options });
    if (got.late) this.hangs += 1;
    return got;
  }
  portOf(site) {
    return this.sites.find(({ name }) => name === site).port;
  }
  /** Without `seconds` each input is used once; with it, random ones follow until the time is over. */
  get hasTime() {
    return Date.now() < this.deadline;
  }
  /** `bytes` and the listener's name say how to repeat it, when one request is enough for that. */
  fail(what, { site, bytes } = {}) {
    this.failures.push(
      bytes === undefined ? what : `${what}\n    ${reproduce(this.portOf(site), bytes)}`,
    );
  }
  /** What goes on from now: the watch names it in its failures. */
  phase(name) {
    this.watch.phase(name);
  }
  isAlive() {
    return !this.services.some(({ service }) => hasEnded(service));
  }
  /** Whether it is worth going on: the processes live, and few requests were without an answer. */
  get goesOn() {
    return this.isAlive() && this.hangs < mostHangs;
  }
}

/** A process died: starts a fresh one and sends it the latest requests one by one, to say which of them kills. */
async function findKiller(t, trial) {
  const { name: dead } = trial.services.find(({ service }) => hasEnded(service));
  const start = () => stages[dead](t, { config: trial.config?.[dead] });
  const suspects = trial.recent.filter(({ site }) => site.startsWith(dead)).reverse();
  const deadline = Date.now() + searchBound;
  let stage = suspects.length > 0 ? await start() : null;
  for (const { site, bytes } of suspects) {
    if (Date.now() > deadline) break;
    const { port } = stage.sites.find(({ name }) => name === site);
    for (let i = 0; i < 3; ++i) await exchange({ port, bytes, end: true, deadline: 3000 });
    await sleep(20);
    if (!hasEnded(stage.service)) continue;
    trial.fail(`${site}: this request alone kills the ${dead}`, { site, bytes });
    stage = await start();
  }
  await stage?.service.kill();
}

/**
 * { topic, inputs, failures, served, slowest, peaks }. A topic is { name, config, attack(trial) }, where
 * `config` has the settings of each service; `options` are { quick, seed, seconds }.
 */
export async function prove(t, topic, options) {
  const services = [];
  const config = topic.config?.(options);
  for (const name of topic.services ?? Object.keys(stages)) {
    services.push(await stages[name](t, { config: config?.[name] }));
  }
  const before = await Promise.all(services.map((each) => each.untouched()));
  const trial = new Trial(topic.name, services, { seed: 1, ...options });
  trial.config = config;
  trial.watch = Watch.start(services);
  trial.deadline = Date.now() + (options.seconds ?? 0) * 1000;
  try {
    await topic.attack(trial, t);
  } catch (error) {
    // When a process died that is the failure, and the attack could not go on.
    if (trial.isAlive()) trial.fail(`the attack itself failed: ${error.stack}`);
  }
  const { failures, ...seen } = await trial.watch.end();
  for (const failure of new Set(failures)) trial.fail(failure);
  if (!trial.isAlive()) await findKiller(t, trial);
  for (const [i, each] of services.entries()) {
    for (const fault of await faultsAfter(each, before[i])) trial.fail(fault);
  }
  return { topic: topic.name, inputs: trial.inputs, failures: trial.failures, ...seen };
}

/** Runs `work` on each item, `width` at a time. */
export async function inParallel(items, width, work) {
  const left = items[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let next = left.next(); !next.done; next = left.next()) await work(next.value);
    }),
  );
}

const mebi = (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`;

/** The summary as lines of a table. */
export function table(results) {
  const rows = results.map(({ topic, inputs, failures, served, slowest, peaks }) => [
    topic,
    inputs,
    failures.length,
    served,
    `${slowest} ms`,
    ...['subscriber', 'publisher'].map((name) =>
      peaks[name] ? `${mebi(peaks[name].base)} -> ${mebi(peaks[name].peak)}` : '-',
    ),
  ]);
  const all = [
    [
      'topic',
      'inputs',
      'failures',
      'healthy requests',
      'slowest',
      'subscriber memory',
      'publisher memory',
    ],
    ...rows,
  ];
  const widths = all[0].map((_, column) =>
    Math.max(...all.map((row) => String(row[column]).length)),
  );
  return all
    .map((row) =>
      row
        .map((cell, column) => String(cell).padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
