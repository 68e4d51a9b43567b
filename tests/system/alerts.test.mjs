// The inbox of alerts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Subscriber, alert, run } from './support/bellwether.mjs';

test('an alert is stored whole, once', async (t) => {
  const subscriber = await Subscriber.start(t);
  const body = JSON.stringify({ ...alert(), extra: { kept: [1, 2.5] } });
  const first = await subscriber.alert(body);
  assert.equal(first.status, 200);
  assert.deepEqual(await first.json(), { status: 'success', id: 1, duplicate: false });
  assert.deepEqual(await (await subscriber.alert(body)).json(), { status: 'success', id: 1, duplicate: true });
  const other = await (await subscriber.alert(alert(4021, '2026-02-06T11:53:30Z'))).json();
  assert.deepEqual(other, { status: 'success', id: 2, duplicate: false });
  const stored = await (await fetch(`${subscriber.admin}/v1/alerts/1`)).text();
  assert.ok(stored.includes(`"payload":${body}`), 'byte for byte');
  assert.equal((await fetch(`${subscriber.admin}/v1/alerts/99`)).status, 404);
  assert.deepEqual(await subscriber.changes(), ['alert 1', 'alert 2']);
});

test('lists by project, alert, report type and time, newest first', async (t) => {
  const subscriber = await Subscriber.start(t);
  for (let hour = 10; hour < 20; ++hour) {
    await subscriber.alert(alert(hour % 2, `2026-02-06T${hour}:00:00Z`, { project_id: hour < 15 ? 8 : 9 }));
  }
  const list = async (query) => (await subscriber.get(`/v1/alerts?${query}`)).data.map((found) => found.fired_at.slice(11, 13));
  assert.deepEqual(await list('limit=3'), ['19', '18', '17']);
  assert.deepEqual(await list('project=8'), ['14', '13', '12', '11', '10']);
  assert.deepEqual(await list('alert=1&project=9'), ['19', '17', '15']);
  assert.deepEqual(await list('from=2026-02-06T13:00:00Z&until=2026-02-06T15:00:00Z'), ['14', '13']);
  assert.deepEqual(await list('report_type=funnels'), []);
  const { next } = await subscriber.get('/v1/alerts?limit=3');
  await subscriber.alert(alert(1, '2026-02-06T21:00:00Z'));
  assert.deepEqual(await list(`limit=3&after=${next}`), ['16', '15', '14'], 'a cursor keeps its meaning');
  assert.equal((await fetch(`${subscriber.admin}/v1/alerts?from=yesterday`)).status, 400);
});

test('a test alert is told as one', async (t) => {
  const subscriber = await Subscriber.start(t);
  await subscriber.alert(alert(1, '2026-02-06T10:00:00Z', { name: '[TEST] Drop' }));
  assert.equal((await subscriber.get('/v1/alerts')).data[0].test, true);
});

test('whatever "Test connection" posts is taken, and kept as unknown', async (t) => {
  const subscriber = await Subscriber.start(t);
  for (const body of ['', '{}', '{"event_type":"webhook_test"}', '[1]']) {
    const answer = await subscriber.alert(body);
    assert.equal(answer.status, 200, body);
  }
  await subscriber.alert(alert());
  const { data } = await subscriber.get('/v1/alerts');
  assert.deepEqual(data.map(({ unknown, payload }) => [unknown, unknown ? payload : 'whole']),
    [[false, 'whole'], [true, [1]], [true, { event_type: 'webhook_test' }], [true, {}], [true, null]]);
});

test('an alert with half a surrogate is kept, and listed', async (t) => {
  const subscriber = await Subscriber.start(t);
  assert.equal((await subscriber.alert('"\\ud800"')).status, 200);
  const listed = run(['alerts', '--admin', subscriber.admin.slice(7)]);
  assert.deepEqual([listed.status, listed.stderr], [0, '']);
});
