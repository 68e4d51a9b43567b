// The publisher against what is possible.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Publisher, buyers } from '../tests/system/support/publisher.mjs';
import { folder, measure, median, program, quick, report, root, withSubscriber } from './harness.mjs';

const library = join(root, 'engine/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so');
const members = quick ? 100_000 : 1_000_000;
const engine = (place, mode, count = members) => measure('engine', '--library', library, '--folder', place, '--mode', mode, '--members', count);
const shop = { projects: [{ id: '8', name: 'Shop', token: 'token', secret: 'secret' }] };

async function withPublisher(data, use) {
  const publisher = await Publisher.start(null, { data });
  try {
    return await use(publisher);
  } finally {
    await publisher.stop();
  }
}

async function withAnswerer(use) {
  const answerer = spawn(program('answerer'), { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise((resolve) => answerer.stdout.once('data', (text) => resolve(Number(text))));
  try {
    return await use(port);
  } finally {
    answerer.kill('SIGKILL');
  }
}

const peak = (process) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${process.pid}/status`, 'utf8'))[1]) / 1024;

/** How long the pages of a run were on their way: from the first request to the last answer. */
async function sendingSeconds(publisher, run) {
  const { data: [last] } = await publisher.call('GET', `/v1/sync-runs/${run.id}/attempts?limit=1`);
  let first = last;
  for (let after = last.id; after !== null;) {
    const page = await publisher.call('GET', `/v1/sync-runs/${run.id}/attempts?limit=1000&after=${after}`);
    first = page.data.at(-1) ?? first;
    after = page.next;
  }
  return (Date.parse(last.at) + last.latency_ms - Date.parse(first.at)) / 1000;
}

export const benches = {
  // Events over /import, durable when answered, against the engine's own insert of the same rows.
  async g() {
    const events = quick ? 200_000 : 1_000_000;
    const results = { ours: [], engine: [] };
    for (let round = 0; round < 3; ++round) {
      results.engine.push(engine(join(folder(), 'engine'), 'insert', events).per_second);
      results.ours.push(await withPublisher(join(folder(), 'data'), async (publisher) => {
        await publisher.apply(shop);
        return measure('load', '--port', publisher.port, '--import', btoa('secret:'), '--members', 2000, '--requests', events / 2000,
          '--connections', 16).per_second * 2000;
      }));
    }
    const [ours, bare] = [median(results.ours), median(results.engine)];
    report('g', `events/s over /import, ${events} events`, ours.toFixed(0), bare.toFixed(0), (ours / bare).toFixed(2), 'at least 0.5', ours / bare >= 0.5);
  },

  // Browsers that send their few events each, as the SDK does, against /import of the same events.
  async o() {
    const events = quick ? 30_000 : 300_000;
    const results = { track: [], import: [] };
    const load = (...args) => withPublisher(join(folder(), 'data'), async (publisher) => {
      await publisher.apply(shop);
      const measured = measure('load', '--port', publisher.port, '--browser-events', '--made-before', events, ...args);
      return { ...measured, events: events / measured.seconds, memory: peak(publisher.process) };
    });
    for (let round = 0; round < 3; ++round) {
      results.import.push(await load('--import', btoa('secret:'), '--members', 2000, '--requests', events / 2000, '--connections', 16));
      results.track.push(await load('--track', 'token', '--members', 10, '--requests', events / 10, '--connections', 100));
    }
    const figure = (way, name) => median(results[way].map((one) => one[name]));
    const ratio = figure('track', 'events') / figure('import', 'events');
    report('o', `events/s over /track from 100 browsers, ${events} events`, figure('track', 'events').toFixed(0), `${figure('import', 'events').toFixed(0)} /import`,
      ratio.toFixed(2), 'at least 0.7', ratio >= 0.7);
    for (const way of ['track', 'import']) {
      report('o', `the same, /${way}: peak memory; median, 99th percentile and longest answer`, `${figure(way, 'memory').toFixed(0)} MiB; ${
        ['p50_ms', 'p99_ms', 'max_ms'].map((name) => figure(way, name).toFixed(0)).join(', ')} ms`, '', '', '', true);
    }
  },

  // A first load to a receiver that only answers, against a bare client that posts bodies made before.
  async h() {
    await withAnswerer(async (port) => {
      const results = { bare: [], library: [], sending: [], whole: [] };
      for (let round = 0; round < 3; ++round) {
        const data = join(folder(), 'data');
        engine(join(data, 'events'), 'populate');
        results.bare.push(measure('load', '--port', port, '--requests', members / 1000, '--connections', 1).seconds);
        results.library.push(measure('post', '--url', `http://127.0.0.1:${port}/`, '--pages', members / 1000).seconds);
        await withPublisher(data, async (publisher) => {
          await publisher.apply(buyers(`http://127.0.0.1:${port}/`, { sync: { properties: ['plan'] } }));
          const run = await publisher.ended_run(1, 0, 300_000);
          results.whole.push(run.seconds);
          results.sending.push(await sendingSeconds(publisher, run));
        });
      }
      const [bare, library, sending, whole] = [results.bare, results.library, results.sending, results.whole].map(median);
      for (const [client, limit] of [['raw sockets', bare], ['the same HTTP library', library]]) {
        report('h', `pages of a first load of ${members}`, `${sending.toFixed(2)} s`, `${limit.toFixed(2)} s, ${client}`, (limit / sending).toFixed(2),
          'at least 0.7', limit / sending >= 0.7);
      }
      report('h', 'the same, with computing, freezing and settling', `${whole.toFixed(2)} s`, '', '', '', true);
    });
  },

  // Publisher to our subscriber, the whole run, and an empty run behind it.
  async i() {
    const data = join(folder(), 'data');
    engine(join(data, 'events'), 'populate');
    await withSubscriber(async (subscriber) => withPublisher(data, async (publisher) => {
      await publisher.apply(buyers(`${subscriber.url}/mixpanel/cohort-sync`, { sync: { properties: ['plan'] } }));
      const first = await publisher.ended_run(1, 0, 300_000);
      const memory = `${peak(publisher.process).toFixed(0)} MiB publisher, ${peak(subscriber.process).toFixed(0)} MiB subscriber`;
      report('i', `first load of ${members} to our subscriber`, `${first.seconds.toFixed(2)} s`, memory, '', '', first.end === 'succeeded');
      const empty = [];
      for (let round = 0; round < 3; ++round) empty.push((await publisher.run(1, { within: 60_000 })).seconds);
      report('k', `an empty run with ${members} members`, `${median(empty).toFixed(2)} s`, '', '', '', true);
    }));
  },

  // Computing, diffing and freezing a cohort that changed by 1 %, against the cohort's query alone.
  async j() {
    const { query_seconds: query, freeze_seconds: ours } = engine(join(folder(), 'engine'), 'diff');
    report('j', `compute and diff ${members} members, 1 % changed`, `${ours.toFixed(2)} s`, `${query.toFixed(2)} s`, (ours / query).toFixed(2),
      'at most 2', ours / query <= 2);
  },

  // Judging 1,000 alerts on 100 reports, against the bare queries of the reports.
  async l() {
    const events = quick ? 1_000_000 : 10_000_000;
    const { ours_seconds: ours, bare_seconds: bare, queries, judged } = measure('alerts', '--library', library, '--folder', folder(), '--events', events);
    report('l', `judging ${judged} alerts on 100 reports over ${events} events`, `${ours.toFixed(2)} s, ${queries} queries`, `${bare.toFixed(2)} s, the queries bare`,
      (ours / bare).toFixed(2), 'at most 1.5', ours / bare <= 1.5);
  },
};
