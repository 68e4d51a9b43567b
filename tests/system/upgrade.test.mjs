// Data folders of earlier versions, used by the current program.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Subscriber, alert, incremental, page, temporaryFolder } from './support/bellwether.mjs';
import { Publisher, toLoopback } from './support/publisher.mjs';
import { Recorder } from './support/recorder.mjs';
import { DatabaseSync } from './support/sqlite.mjs';

function unpack(t, version, name) {
  const folder = temporaryFolder(t);
  const archive = fileURLToPath(new URL(`../data/${version}/${name}.tar.gz`, import.meta.url));
  const done = spawnSync('tar', ['-C', folder, '-xzf', archive], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  return join(folder, name);
}

/** Nothing becomes too old, whenever this runs. */
const keepAll = '[data]\nkeep_alerts = "36500d"\nkeep_changes = "36500d"\nkeep_sessions = "36500d"\n[sync]\nexpire_after = "36500d"\nquiet = "36500d"\n';

async function useSubscriber(t, version) {
  const data = unpack(t, version, 'subscriber');
  let subscriber = await Subscriber.start(t, { data, config: keepAll });
  const kept = ({ members }) => [...members].sort();
  const expected = kept({ members: ['p0', ...Array.from({ length: 117 }, (_, i) => `p${i + 3}`)] });
  const check = async () => {
    for (const cohort of ['12', '13']) assert.deepEqual((await subscriber.members(cohort)).sort(), expected);
    const lines = await fetch(`${subscriber.admin}/v1/cohorts/8/12/members`, { headers: { Accept: 'application/x-ndjson' } });
    const members = (await lines.text()).trim().split('\n').map((line) => JSON.parse(line));
    assert.equal(members.length, 118, 'one line for each member');
    assert.deepEqual(members.find((member) => member.distinct_id === 'p7').properties['nested\tname'],
      { list: [1, 2, [3]], text: 'two\nlines "quoted" Ünï', big: 12345678901234567890 });
    assert.deepEqual((await subscriber.get('/v1/alerts')).data.map((one) => one.alert_id).slice(-2), ['4022', '4021']);
    assert.deepEqual((await subscriber.get('/v1/rejects')).data.map((one) => one.body), ['{"action": "members",']);
    assert.equal((await subscriber.session('unfinished')).state, 'receiving');
  };
  await check();
  const before = await subscriber.changes();
  assert.equal(before.filter((change) => change.startsWith('entered')).length, 240);

  assert.deepEqual(await incremental(subscriber, 'after-12', ['new'], ['p5'], { cohort: '12' }), [200, 200]);
  for (const index of [2, 3]) {
    const last = await subscriber.sync(page('add_members', 'unfinished', { cohort: '13', index, total: 3, ids: [`q${index}`] }));
    assert.equal(last.status, 200);
  }
  assert.equal((await subscriber.alert(alert(4023))).status, 200);
  await subscriber.stop();

  subscriber = await Subscriber.start(t, { data, config: keepAll });
  const now = await subscriber.members('12');
  assert.deepEqual([now.length, now.includes('new'), now.includes('p5')], [118, true, false]);
  assert.equal((await subscriber.members('13')).length, 125);
  assert.deepEqual((await subscriber.changes()).slice(0, before.length), before, 'the feed goes on where it was');
  assert.equal((await subscriber.get('/v1/alerts')).data.length, 3);
}

async function usePublisher(t, version) {
  const data = unpack(t, version, 'publisher');
  // The sync is not due now, as it was not when the data was written.
  new DatabaseSync(join(data, 'publisher.db')).exec(`UPDATE sync SET next_run_at = ${Date.now() + 25 * 60_000};`);
  const start = () => Publisher.start(t, { data, config: toLoopback });
  let publisher = await start();
  const sales = async () => {
    const { series } = await publisher.call('GET', '/v1/reports/1/result');
    return Object.fromEntries(series.map((one) => [one.segment.join(), one.values]));
  };
  const bonn = 22_500 + 1000; // the odd amounts below 300, and one of 1000
  const ulm = 22_350; // the even ones
  assert.deepEqual(await sales(), { Bonn: [bonn], Ulm: [ulm] });
  const [first] = (await publisher.call('GET', '/v1/alerts?project=8')).data;
  assert.deepEqual([first.name, first.webhooks, first.metric], ['Too few', [1], 'Buys']);
  const [hook] = (await publisher.call('GET', '/v1/webhooks?project=8')).data;
  assert.deepEqual([hook.name, hook.url, hook.has_password], ['Pager', 'http://127.0.0.1:9/alerts', true]);
  const [receiver] = (await publisher.call('GET', '/v1/destinations?project=8')).data;
  assert.deepEqual([receiver.name, receiver.user, receiver.has_password], ['receiver', 'mixpanel', true]);
  assert.equal((await publisher.call('GET', '/v1/syncs/1')).run.members, 100);
  const preview = await publisher.call('GET', '/v1/cohorts/1/preview');
  assert.equal(preview.count, 100, 'the alias and its person count once');

  const recorder = await Recorder.start(t, { credentials: 'mixpanel:new' });
  await publisher.call('PUT', `/v1/destinations/${receiver.id}`, { name: 'receiver', url: recorder.url, user: 'mixpanel', password: 'new' });
  await publisher.import([['Buy', 'somebody', { city: 'Ulm', amount: 5 }, Date.parse('2026-02-06T20:00:00Z')]]);
  await publisher.engage([{ $distinct_id: 'p1', $set: { plan: 'free' } }]);
  const run = await publisher.run(1);
  assert.deepEqual([run.end, run.message, run.members], ['succeeded', '', 101]);
  assert.ok(recorder.ids().includes('somebody'));
  assert.deepEqual(recorder.faults, []);
  assert.deepEqual(await sales(), { Bonn: [bonn], Ulm: [ulm + 5] });
  const tracked = await fetch(`${publisher.url}/track`, { method: 'POST', body: JSON.stringify({ event: 'Buy', properties: {
    token: 'token', distinct_id: 'browser', city: 'Bonn', amount: 7, time: Date.parse('2026-02-06T21:00:00Z') / 1000 } }) });
  assert.equal(await tracked.text(), '1');
  assert.deepEqual(await sales(), { Bonn: [bonn + 7], Ulm: [ulm + 5] });
  await publisher.stop();

  publisher = await start();
  assert.deepEqual(await sales(), { Bonn: [bonn + 7], Ulm: [ulm + 5] });
  assert.equal((await publisher.call('GET', '/v1/syncs/1')).run.number, run.number);
  assert.equal((await publisher.run(1)).end, 'succeeded');
}

for (const version of ['0.1', 'previous']) {
  test(`a subscriber of version ${version} keeps its members, feed, alerts and rejected requests`, (t) => useSubscriber(t, version));
  test(`a publisher of version ${version} keeps its events, profiles and what people configured`, (t) => usePublisher(t, version));
}

test('events of version 0.1 with arrays a thousand deep are removed, and the others stay', async (t) => {
  const data = unpack(t, '0.1', 'deep_events');
  let publisher = await Publisher.start(t, { data });
  const plans = async () => {
    const { series } = await publisher.call('POST', '/v1/reports/run', { project_id: '8', definition: { kind: 'insights',
      metrics: [{ event: 'E' }], breakdown: { properties: ['plan'] }, unit: 'month', range: { from: '2025-12-01', to: '2026-02-01' } } });
    return series.map(({ segment, values }) => [segment[0], values.reduce((sum, value) => sum + value)]).sort();
  };
  assert.match(publisher.log, /removed events of an earlier version.* events=2\n/);
  const before = await plans();
  assert.deepEqual(before.find(([plan]) => plan === 'pro'), ['pro', 1]);
  assert.equal(before.reduce((sum, [, count]) => sum + count, 0), 2, 'both that are not deep');
  await publisher.stop();
  publisher = await Publisher.start(t, { data });
  assert.doesNotMatch(publisher.log, /removed events/);
  assert.deepEqual(await plans(), before);
});
