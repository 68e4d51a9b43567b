// The private listener.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Subscriber, incremental, page, run, temporaryFolder, until } from './support/bellwether.mjs';

const ids = (count) => Array.from({ length: count }, (_, i) => `m${String(i).padStart(5, '0')}`);

async function loaded(t, count, options) {
  const subscriber = await Subscriber.start(t, options);
  const all = ids(count);
  const pages = Math.ceil(count / 1000);
  for (let i = 0; i < pages; ++i) {
    await subscriber.sync(page('members', 'load', { index: i + 1, total: pages, ids: all.slice(i * 1000, i * 1000 + 1000)
      .map((id) => ({ mixpanel_distinct_id: id, note: `a "quoted", note` })) }));
  }
  return subscriber;
}

test('members as JSON pages, with a cursor', async (t) => {
  const subscriber = await loaded(t, 250);
  let [after, seen] = ['', []];
  do {
    const answer = await subscriber.get(`/v1/cohorts/8/12/members?limit=100${after && `&after=${after}`}`);
    seen = seen.concat(answer.data.map((member) => member.distinct_id));
    after = answer.next;
  } while (after);
  assert.deepEqual(seen, ids(250));
  const one = await subscriber.get('/v1/cohorts/8/12/members/m00007');
  assert.deepEqual(Object.keys(one), ['distinct_id', 'properties', 'entered_at', 'session_id']);
  assert.equal(one.session_id, 'load');
});

test('members streamed whole, as NDJSON and as CSV', async (t) => {
  const subscriber = await loaded(t, 3500);
  const stream = async (type) => (await fetch(`${subscriber.admin}/v1/cohorts/8/12/members`, { headers: { Accept: type } })).text();
  const lines = (await stream('application/x-ndjson')).trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines.map((line) => line.distinct_id), ids(3500));
  const rows = (await stream('text/csv')).trimEnd().split('\r\n');
  assert.equal(rows[0], 'distinct_id,entered_at,session_id,properties');
  assert.equal(rows.length, 3501);
  assert.match(rows[1], /^m00000,\d{4}-\S+Z,load,"\{""note"":""a \\""quoted\\"", note""\}"$/);
});

test('a list of cohorts, and what is not there', async (t) => {
  const subscriber = await Subscriber.start(t);
  for (const cohort of ['1', '2', '3']) await subscriber.sync(page('members', 's', { cohort, ids: ['ann'] }));
  const first = await subscriber.get('/v1/cohorts?limit=2');
  assert.deepEqual(first.data.map((cohort) => cohort.cohort_id), ['1', '2']);
  assert.equal(first.data[0].members, 1);
  const second = await subscriber.get(`/v1/cohorts?limit=2&after=${first.next}`);
  assert.deepEqual(second.data.map((cohort) => cohort.cohort_id), ['3']);
  assert.equal(second.next, null);
  for (const [path, status] of [['/v1/cohorts/8/99', 404], ['/v1/cohorts/8/99/members', 404], ['/v1/cohorts/8/1/members/bob', 404],
    ['/v1/nothing', 404], ['/', 404], ['/v1/cohorts?limit=0', 400], ['/v1/cohorts?limit=x', 400], ['/v1/cohorts?limit=9999', 400],
    ['/v1/changes?after=-1', 400], ['/v1/cohorts/8/%zz', 400]]) {
    const response = await fetch(subscriber.admin + path);
    assert.equal(response.status, status, path);
    const { error } = await response.json();
    assert.ok(error.code && error.message, path);
  }
  assert.equal((await fetch(`${subscriber.admin}/v1/cohorts`, { method: 'POST', body: '{}' })).status, 405);
});

test('sessions by project, cohort and state', async (t) => {
  const subscriber = await Subscriber.start(t);
  await subscriber.sync(page('members', 'a', { ids: ['ann'] }));
  await subscriber.sync(page('members', 'b', { index: 1, total: 2, cohort: '13' }));
  const list = async (query) => (await subscriber.get(`/v1/sessions?${query}`)).data.map((session) => session.session_id);
  assert.deepEqual(await list(''), ['b', 'a']);
  assert.deepEqual(await list('state=receiving'), ['b']);
  assert.deepEqual(await list('cohort=12&project=8'), ['a']);
  const session = await subscriber.session('b');
  assert.deepEqual(session.pages, { seen: 1, total: 2 });
  assert.equal(session.applied_at, null);
});

/** Reads server-sent events until there are `count`. */
async function events(url, count, headers = {}) {
  const abort = new AbortController();
  const response = await fetch(url, { headers: { Accept: 'text/event-stream', ...headers }, signal: abort.signal });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const found = [];
  let text = '';
  for await (const chunk of response.body) {
    text += Buffer.from(chunk).toString();
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = Object.fromEntries(text.slice(0, end).split('\n').map((line) => line.split(/: (.*)/s)));
      if (fields.id) found.push({ id: Number(fields.id), event: fields.event, data: JSON.parse(fields.data) });
      text = text.slice(end + 2);
    }
    if (found.length >= count) break;
  }
  abort.abort();
  return found;
}

test('changes as live events that resume by Last-Event-ID', async (t) => {
  const subscriber = await Subscriber.start(t);
  await subscriber.sync(page('members', 'load', { ids: ['ann', 'bob'] }));
  const live = events(`${subscriber.admin}/v1/changes`, 4);
  await incremental(subscriber, 's', ['cyd'], ['bob']);
  const seen = await live;
  assert.deepEqual(seen.map(({ id, event, data }) => [id, event, data.distinct_id]),
    [[1, 'entered', 'ann'], [2, 'entered', 'bob'], [3, 'left', 'bob'], [4, 'entered', 'cyd']]);
  const resumed = await events(`${subscriber.admin}/v1/changes`, 2, { 'Last-Event-ID': '2' });
  assert.deepEqual(resumed.map(({ id }) => id), [3, 4]);
  const latest = events(`${subscriber.admin}/v1/changes?after=latest`, 1);
  await until(async () => (await fetch(`${subscriber.admin}/healthz`)).ok, 'it answers beside the stream');
  await new Promise((resolve) => setTimeout(resolve, 200));
  await incremental(subscriber, 's2', ['dee'], []);
  assert.deepEqual((await latest).map(({ id }) => id), [5]);
});

test('the feed is gapless, and a cursor that is too old is told so', async (t) => {
  const subscriber = await Subscriber.start(t, { config: '[data]\nkeep_changes = "1s"\n' });
  await subscriber.sync(page('members', 'load', { ids: ids(10) }));
  const { data, next } = await subscriber.get('/v1/changes?limit=4');
  assert.deepEqual(data.map((change) => change.seq), [1, 2, 3, 4]);
  assert.equal(next, '4');
  await until(async () => (await fetch(`${subscriber.admin}/v1/changes?after=4`)).status === 410, 'they are dropped');
  const { error } = await (await fetch(`${subscriber.admin}/v1/changes?after=4`)).json();
  assert.equal(error.code, 'cursor_too_old');
  assert.match(error.message, /oldest is 11/);
  assert.deepEqual((await subscriber.get('/v1/changes?after=10')).data, []);
  await incremental(subscriber, 's', ['new'], []);
  assert.equal((await subscriber.get('/v1/changes?after=10')).data[0].seq, 11);
});

test('a token protects everything but health', async (t) => {
  const subscriber = await Subscriber.start(t, { env: { BELLWETHER_ADMIN_TOKEN: 'open sesame' } });
  const status = async (path, headers) => (await fetch(subscriber.admin + path, { headers })).status;
  for (const path of ['/v1/cohorts', '/metrics', '/asyncapi.yaml', '/v1/nothing']) {
    assert.equal(await status(path), 401);
    assert.equal(await status(path, { Authorization: 'Bearer wrong' }), 401);
  }
  assert.equal(await status('/v1/cohorts', { Authorization: 'Bearer open sesame' }), 200);
  assert.equal(await status('/healthz'), 200);
  assert.equal(await status('/readyz'), 200);
  assert.doesNotMatch(subscriber.log, /sesame/);
});

test('a public private listener without a token does not start', (t) => {
  const started = run(['subscriber', '--data', join(temporaryFolder(t), 'd'), '--listen', '127.0.0.1:0', '--admin-listen', '0.0.0.0:0']);
  assert.notEqual(started.status, 0);
  assert.match(started.stderr, /open to everyone.*admin\.token/);
});

test('metrics say what happened', async (t) => {
  const subscriber = await Subscriber.start(t);
  await subscriber.sync(page('members', 's', { ids: ['ann', 'bob'] }));
  await subscriber.sync('{');
  await subscriber.post('/nowhere/else', '{}');
  const text = await (await fetch(`${subscriber.admin}/metrics`)).text();
  for (const line of ['bellwether_http_requests_total{endpoint="/mixpanel/cohort-sync",status="200"} 1',
    'bellwether_http_requests_total{endpoint="/mixpanel/cohort-sync",status="400"} 1',
    'bellwether_http_requests_total{endpoint="other",status="404"} 1',
    'bellwether_pages_total{action="members",result="stored"} 1', 'bellwether_received_members_total 2',
    'bellwether_sessions{state="applied"} 1', 'bellwether_members_in_doubt 0', 'bellwether_members 2',
    'bellwether_feed_position 2', 'bellwether_queue_depth 0', 'bellwether_http_request_duration_seconds_count 3']) {
    assert.ok(text.includes(`${line}\n`), `${line} in\n${text}`);
  }
  for (const name of text.matchAll(/^(bellwether_\w+?)(_bucket|_sum|_count)?[{ ]/gm)) {
    assert.ok(text.includes(`# TYPE ${name[1]} `), name[1]);
  }
});
