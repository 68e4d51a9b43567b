// Whether monitoring is answered while everything else on the private listener is busy.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Publisher } from '../tests/system/support/publisher.mjs';
import { folder, measure, quick, report, withSubscriber } from './harness.mjs';

const seconds = quick ? 5 : 20;
const goal = 100;

/** Runs a shell command again and again beside us, until the returned function is called. */
function repeat(command) {
  const child = spawn('bash', ['-c', `while :; do ${command}; done`], { stdio: 'ignore', detached: true });
  return () => process.kill(-child.pid, 'SIGKILL');
}

const quantile = (times, level) => [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * level))];

/** The milliseconds that each GET of a path took, one after another. */
async function probe(address, path) {
  const times = [];
  for (const until = Date.now() + seconds * 1000; Date.now() < until; await sleep(5)) {
    const begun = performance.now();
    await (await fetch(address + path)).arrayBuffer();
    times.push(performance.now() - begun);
  }
  return times;
}

async function measureProbes(key, address, what, load) {
  for (const path of ['/healthz', '/metrics']) {
    const idle = await probe(address, path);
    const stops = load();
    await sleep(500);
    const busy = await probe(address, path).finally(() => stops.forEach((stop) => stop()));
    const p99 = quantile(busy, 0.99);
    report(key, `p99 of ${path} while ${what}`, `${p99.toFixed(1)} ms`, `${quantile(idle, 0.99).toFixed(1)} ms with nothing beside it`, '',
      `at most ${goal} ms`, p99 <= goal);
    await sleep(500);
  }
}

export const benches = {
  // The subscriber: followers read the whole feed, exports read the whole membership.
  async m() {
    const pages = quick ? 50 : 500;
    await withSubscriber(async (subscriber) => {
      measure('load', '--port', subscriber.port, '--requests', pages, '--connections', 4, '--action', 'members');
      while ((await subscriber.session('bench')).state !== 'applied') await sleep(100);
      await measureProbes('m', subscriber.admin, '4 exports and 10 followers read', () => [
        ...Array.from({ length: 4 }, () => repeat(`curl -s -o /dev/null -H 'Accept: text/csv' ${subscriber.admin}/v1/cohorts/8/12/members`)),
        ...Array.from({ length: 10 }, () => repeat(`curl -s -N -m 5 -o /dev/null -H 'Accept: text/event-stream' '${subscriber.admin}/v1/changes?after=0'`)),
      ]);
    });
  },

  // The publisher: more reports run than the engine has sessions.
  async n() {
    const events = quick ? 200_000 : 1_000_000;
    const publisher = await Publisher.start(null, { data: join(folder(), 'data') });
    try {
      await publisher.apply({ projects: [{ id: '8', name: 'Shop', token: 'token', secret: 'secret' }] });
      measure('load', '--port', publisher.port, '--import', btoa('secret:'), '--members', 2000, '--requests', events / 2000, '--connections', 8);
      const query = JSON.stringify({ project_id: '8', definition: { kind: 'insights', metrics: [{ event: 'Buy', measure: 'unique' }],
        unit: 'day', range: { last: '90d' }, breakdown: { properties: ['plan'] } } });
      await measureProbes('n', publisher.admin, '8 reports run', () => Array.from({ length: 8 }, () =>
        repeat(`curl -s -o /dev/null -H 'Content-Type: application/json' -d '${query}' ${publisher.admin}/v1/reports/run`)));
    } finally {
      await publisher.stop();
    }
  },
};
