// kill -9 at random moments under load: whatever was acknowledged is there afterwards.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Subscriber, alert, page, temporaryFolder } from './support/bellwether.mjs';
import { join } from 'node:path';

const kKills = 50;

/** Sends until the process dies; remembers what was acknowledged. */
async function load(subscriber, round, worker, acknowledged) {
  for (let i = 0; ; ++i) {
    const name = `r${round}-w${worker}-${i}`;
    try {
      if (worker % 2) {
        const response = await subscriber.alert(alert(worker, '2026-02-06T10:00:00Z', { name }));
        if (response.status === 200) acknowledged.alerts.push(name);
      } else {
        const response = await subscriber.sync(page('members', name, { cohort: name, ids: [`${name}-a`, `${name}-b`] }));
        if (response.status === 200) acknowledged.cohorts.push(name);
      }
      await response?.arrayBuffer?.();
    } catch {
      if (subscriber.process.exitCode !== null || subscriber.process.signalCode !== null) return;
      await sleep(1);
    }
  }
}

async function all(subscriber, path) {
  const found = [];
  let next = null;
  do {
    const answer = await subscriber.get(`${path}?limit=1000${next ? `&after=${next}` : ''}`);
    found.push(...answer.data);
    next = answer.next;
  } while (next);
  return found;
}

test(`every acknowledged page and alert survives ${kKills} kills`, { timeout: 600_000 }, async (t) => {
  const data = join(temporaryFolder(t), 'data');
  const acknowledged = { alerts: [], cohorts: [] };
  for (let round = 0; round < kKills; ++round) {
    const subscriber = await Subscriber.start(null, { data });
    const workers = [0, 1, 2, 3].map((worker) => load(subscriber, round, worker, acknowledged));
    await sleep(20 + Math.random() * 150);
    await subscriber.kill();
    await Promise.all(workers);
  }
  const subscriber = await Subscriber.start(t, { data });
  const cohorts = new Map((await all(subscriber, '/v1/cohorts')).map((cohort) => [cohort.cohort_id, cohort]));
  const alerts = new Set((await all(subscriber, '/v1/alerts')).map((found) => found.name));
  for (const name of acknowledged.cohorts) assert.equal(cohorts.get(name)?.members, 2, name);
  for (const name of acknowledged.alerts) assert.ok(alerts.has(name), name);
  const changes = await all(subscriber, '/v1/changes');
  changes.forEach((change, i) => assert.equal(change.seq, i + 1));
  assert.ok(acknowledged.cohorts.length > kKills && acknowledged.alerts.length > kKills, 'there was load');
  t.diagnostic(`${acknowledged.cohorts.length} pages and ${acknowledged.alerts.length} alerts acknowledged, all there`);
});
