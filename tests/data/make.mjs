// Makes the data folders of one version with the program that BELLWETHER names: see README.md.
//
//   BELLWETHER=/path/to/that/version/bellwether node data/make.mjs FOLDER
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subscriber, alert, page, until } from '../system/support/bellwether.mjs';
import { Publisher } from '../system/support/publisher.mjs';
import { Recorder } from '../system/support/recorder.mjs';

const target = process.argv[2];
mkdirSync(target, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'bellwether-data-'));

function pack(name) {
  const done = spawnSync('tar', ['-C', folder, '--owner=0', '--group=0', '-czf', join(target, `${name}.tar.gz`), name], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
}
async function taken(answer) {
  const response = await answer;
  if (response.status !== 200) throw new Error(await response.text());
}

async function makeSubscriber() {
  const subscriber = await Subscriber.start(null, { data: join(folder, 'subscriber') });
  const people = (from, to) => Array.from({ length: to - from }, (_, i) => ({
    mixpanel_distinct_id: `p${from + i}`,
    email: `p${from + i}@example.com`,
    'nested\tname': { list: [1, 2, [3]], text: 'two\nlines "quoted" Ünï', big: 12345678901234567890 },
  }));
  const pretty = (body) => subscriber.sync(JSON.stringify(body, null, 2).replaceAll('\n', '\r\n'));
  for (const cohort of ['12', '13']) {
    await taken(pretty(page('members', `full-${cohort}`, { cohort, index: 1, total: 2, ids: people(0, 60) })));
    await taken(pretty(page('members', `full-${cohort}`, { cohort, index: 2, total: 2, ids: people(60, 100) })));
    for (const n of [1, 2]) {
      const session = `more-${cohort}-${n}`;
      await taken(pretty(page('add_members', session, { cohort, index: 1, total: 2, ids: people(90 + 10 * n, 100 + 10 * n) })));
      await taken(pretty(page('remove_members', session, { cohort, index: 2, total: 2, ids: [`p${n}`] })));
    }
  }
  await taken(pretty(page('add_members', 'unfinished', { cohort: '13', index: 1, total: 3, ids: people(200, 205) })));
  await taken(subscriber.alert(JSON.stringify(alert(4021), null, 2)));
  await taken(subscriber.alert(alert(4022, '2026-02-07T10:53:30Z')));
  const refused = await subscriber.sync('{"action": "members",', { 'X-Auth-Token': 'made-up-token' });
  if (refused.status !== 400) throw new Error(`a broken page was answered ${refused.status}`);
  await until(async () => (await subscriber.get('/v1/rejects')).data.length === 1, 'the refused page is kept');
  await subscriber.stop();
  pack('subscriber');
}

async function makePublisher() {
  const recorder = await Recorder.start(null);
  const publisher = await Publisher.start(null, { data: join(folder, 'publisher'),
    config: '[delivery]\nhttps_only = false\nallow = "127.0.0.0/8"\n[alerts]\ngrace = "0s"\nevery = "200ms"\n' });
  const day = Date.parse('2026-02-06T00:00:00Z');
  const range = { from: '2026-02-06', to: '2026-02-07' };
  await publisher.apply({ projects: [{ id: '8', name: 'Shop', token: 'token', secret: 'secret',
    service_accounts: [{ user: 'robot', password: 'pw' }],
    cohorts: [{ name: 'Buyers', definition: { groups: [{ conditions: [{ did: { event: 'Buy' } }] }] } }],
    reports: [{ name: 'Sales', definition: { kind: 'insights', unit: 'day', range, breakdown: { properties: ['city'] },
      metrics: [{ name: 'Sales', event: 'Buy', measure: 'sum', property: 'amount' }] } },
    { name: 'Recent', definition: { kind: 'insights', unit: 'hour', range: { last: '24h' }, metrics: [{ name: 'Buys', event: 'Buy' }] } }],
    webhooks: [{ name: 'Pager', url: 'http://127.0.0.1:9/alerts', user: 'u', password: 'hook' }],
    alerts: [{ name: 'Too few', report: 'Recent', metric: 'Buys', condition: { type: 'absolute', operator: '<', threshold: 1 }, webhooks: ['Pager'] }],
    destinations: [{ name: 'receiver', url: recorder.url, user: 'mixpanel', password: 'pass' }],
    syncs: [{ cohort: 'Buyers', destination: 'receiver', properties: ['plan', 'deep'] }],
  }] });
  const events = Array.from({ length: 300 }, (_, i) => ['Buy', `p${i % 100}`,
    { city: i % 2 ? 'Bonn' : 'Ulm', amount: i, $insert_id: `made-${i}`, many: { a: [1, [2, [3]]] } }, day + i * 60_000]);
  await publisher.import(events);
  await publisher.engage(Array.from({ length: 20 }, (_, i) => ({ $distinct_id: `p${i}`,
    $set: { $email: `p${i}@example.com`, plan: i % 2 ? 'pro' : 'free', deep: { a: [[i]] } } })));
  await publisher.import([['$create_alias', 'p3', { alias: 'three@example.com' }, day]]);
  await publisher.import([['Buy', 'three@example.com', { city: 'Bonn', amount: 1000 }, day + 3_600_000]]);
  const run = await publisher.run(1);
  if (run.end !== 'succeeded') throw new Error(JSON.stringify(run));
  console.log('publisher:', run.members, 'members,', recorder.faults);
  await publisher.stop();
  recorder.server.close();
  recorder.server.closeAllConnections();
  pack('publisher');
}

try {
  await makeSubscriber();
  await makePublisher();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
