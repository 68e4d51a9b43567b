// The mirror over real HTTP: whatever the sender and the network do, it converges.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Subscriber, incremental, page, until } from './support/bellwether.mjs';
import { Raw, request } from './support/raw.mjs';

const ids = (from, count) => Array.from({ length: count }, (_, i) => `m${String(from + i).padStart(6, '0')}`);

test('a full load in pages, out of order and in parallel, replaces at once', async (t) => {
  const subscriber = await Subscriber.start(t);
  await subscriber.sync(page('members', 'old', { ids: ['old'] }));
  const pages = Array.from({ length: 20 }, (_, i) => page('members', 'full', { index: i + 1, total: 20, ids: ids(i * 10, 10) }));
  const last = pages.splice(7, 1)[0];
  const answers = await Promise.all(pages.reverse().map((body) => subscriber.sync(body)));
  assert.ok(answers.every((answer) => answer.status === 200));
  assert.deepEqual(await subscriber.members(), ['old'], 'until the last page readers see the old membership');
  assert.equal((await subscriber.session('full')).state, 'receiving');
  await subscriber.sync(last);
  assert.deepEqual(await subscriber.members(), ids(0, 200));
  const session = await subscriber.session('full');
  assert.equal(session.state, 'applied');
  assert.deepEqual(session.pages, { seen: 20, total: 20 });
  assert.equal(session.entered, 200);
  assert.equal(session.left, 1);
});

test('the same page again changes nothing, also at the same time', async (t) => {
  const subscriber = await Subscriber.start(t);
  const body = page('members', 's', { ids: ['ann'] });
  const answers = await Promise.all(Array.from({ length: 10 }, () => subscriber.sync(body)));
  assert.ok(answers.every((answer) => answer.status === 200));
  assert.deepEqual(await subscriber.changes(), ['entered ann']);
});

test('numbering by action, pages of both actions in parallel', async (t) => {
  const subscriber = await Subscriber.start(t);
  await subscriber.sync(page('members', 'load', { ids: ids(0, 50) }));
  for (let round = 0; round < 5; ++round) {
    const pages = [];
    for (let i = 1; i <= 3; ++i) pages.push(page('add_members', `r${round}`, { index: i, total: 3, ids: ids(1000 + round * 100 + i * 10, 5) }));
    for (let i = 1; i <= 2; ++i) pages.push(page('remove_members', `r${round}`, { index: i, total: 2, ids: ids(round * 10 + i * 5 - 5, 5) }));
    await Promise.all(pages.map((body) => subscriber.sync(body)));
  }
  const members = await subscriber.members();
  assert.equal(members.length, 5 * 15);
  assert.ok(members.every((id) => id >= 'm001000'));
  assert.ok(['applied', 'in_doubt'].includes((await subscriber.session('r4')).state));
});

test('both actions of a run count as one session; nothing is applied before it is whole', async (t) => {
  const subscriber = await Subscriber.start(t);
  await subscriber.sync(page('members', 'load', { ids: ['ann'] }));
  await subscriber.sync(page('add_members', 's', { index: 1, total: 2, ids: ['bob'] }));
  assert.deepEqual(await subscriber.members(), ['ann']);
  await subscriber.sync(page('remove_members', 's', { index: 2, total: 2, ids: ['ann'] }));
  assert.deepEqual(await subscriber.members(), ['bob']);
  assert.deepEqual(await subscriber.changes(), ['entered ann', 'left ann', 'entered bob']);
  assert.deepEqual(await incremental(subscriber, 'empty', [], []), [200, 200]);
  assert.deepEqual(await subscriber.members(), ['bob']);
});

test('half a run leaves nothing behind', async (t) => {
  const subscriber = await Subscriber.start(t);
  await subscriber.sync(page('members', 'load', { ids: ['ann'] }));
  await subscriber.sync(page('add_members', 'half', { index: 1, total: 3, ids: ['ghost'] }));
  await incremental(subscriber, 'next', ['bob'], []);
  assert.deepEqual(await subscriber.members(), ['ann', 'bob']);
  const half = await subscriber.session('half');
  assert.equal(half.state, 'failed');
  assert.match(half.why, /1 of 3 pages came/);
  const late = await subscriber.sync(page('add_members', 'half', { index: 2, total: 3, ids: ['late'] }));
  assert.equal(late.status, 503, 'a late page is not stored, so its sender must not take it for done');
  assert.deepEqual(await subscriber.members(), ['ann', 'bob']);
});

/** Sends the two pages of a session and breaks the connection when the last is stored. */
async function sendAndReset(subscriber, first, last) {
  const raw = await Raw.connect(subscriber.port);
  const session = last.parameters.mixpanel_session_id;
  raw.send(request(first));
  await raw.response();
  raw.send(request(last));
  await until(async () => ['applied', 'in_doubt'].includes((await subscriber.session(session))?.state), 'it is applied');
  raw.reset();
}

test('a connection that is reset puts the session in doubt; the next session settles it', async (t) => {
  const subscriber = await Subscriber.start(t);
  await subscriber.sync(page('members', 'load', { ids: ['ann'] }));
  await sendAndReset(subscriber, page('add_members', 's1', { index: 1, total: 2, ids: ['bob', 'cyd'] }),
    page('remove_members', 's1', { index: 2, total: 2, ids: ['ann'] }));
  await until(async () => (await subscriber.session('s1')).state === 'in_doubt', 'it is in doubt');
  assert.equal((await subscriber.get('/v1/cohorts/8/12')).in_doubt, 3);
  const { data } = await subscriber.get('/v1/cohorts/8/12/doubts');
  assert.deepEqual(data.map((doubt) => [doubt.distinct_id, doubt.change, doubt.session_id]),
    [['ann', 'left', 's1'], ['bob', 'entered', 's1'], ['cyd', 'entered', 's1']]);
  assert.match(data[0].reason, /connection broke/);
  // The sender diffs against its old snapshot: bob again, ann again, cyd has gone.
  await incremental(subscriber, 's2', ['bob'], ['ann']);
  assert.deepEqual(await subscriber.members(), ['bob']);
  assert.equal((await subscriber.session('s1')).state, 'refuted');
  assert.equal((await subscriber.get('/v1/cohorts/8/12')).in_doubt, 0);
  assert.deepEqual(await subscriber.changes(), ['entered ann', 'left ann', 'entered bob', 'entered cyd', 'left cyd']);
});

test('a sender that hangs up before the answer is written puts the session in doubt', async (t) => {
  const subscriber = await Subscriber.start(t);
  await subscriber.sync(page('members', 'load', { ids: ['ann'] }));
  await subscriber.sync(page('add_members', 's1', { index: 1, total: 2, ids: ['bob'] }));
  const raw = await Raw.connect(subscriber.port);
  const text = request(page('remove_members', 's1', { index: 2, total: 2 }));
  // The whole connection is closed at once: the answer finds nobody.
  raw.socket.write(text, () => raw.socket.destroy());
  await until(async () => (await subscriber.session('s1')).state === 'in_doubt', 'it is in doubt');
});

test('where the connection decides, a clean close after the answer settles the session', async (t) => {
  const config = '[sync]\ndoubt = "connection"\n';
  const subscriber = await Subscriber.start(t, { config });
  for (const headers of [{}, { Connection: 'close' }]) {
    const session = `s-${Object.keys(headers).length}`;
    for (const [action, index] of [['add_members', 1], ['remove_members', 2]]) {
      const raw = await Raw.connect(subscriber.port);
      raw.send(request(page(action, session, { index, total: 2, ids: action === 'add_members' ? [session] : [] }), { headers }));
      await raw.response();
      raw.close();
      await until(() => raw.closed, 'it is closed');
    }
    await until(async () => (await subscriber.session(session)).why === '', 'the clean close is seen');
    await subscriber.kill();
    const again = await Subscriber.start(t, { data: subscriber.data, config });
    assert.equal((await again.session(session)).state, 'applied', 'the answers were known to be delivered');
    Object.assign(subscriber, again);
  }
});

test('a killed process leaves its last session in doubt, and the opposite confirms it', async (t) => {
  let subscriber = await Subscriber.start(t);
  await subscriber.sync(page('members', 'load', { ids: ['ann'] }));
  const raw = await Raw.connect(subscriber.port);
  raw.send(request(page('add_members', 's1', { index: 1, total: 2, ids: ['bob'] })));
  await raw.response();
  raw.send(request(page('remove_members', 's1', { index: 2, total: 2 })));
  await raw.response();
  await subscriber.kill();
  subscriber = await Subscriber.start(t, { data: subscriber.data });
  const session = await subscriber.session('s1');
  assert.equal(session.state, 'in_doubt');
  assert.match(session.why, /subscriber stopped/);
  await incremental(subscriber, 's2', [], ['bob']);
  assert.equal((await subscriber.session('s1')).state, 'applied');
  assert.deepEqual(await subscriber.members(), ['ann']);
});

test('doubt = "always", and a sender that makes only one call', async (t) => {
  const always = await Subscriber.start(t, { config: '[sync]\ndoubt = "always"\n' });
  await incremental(always, 's1', ['ann'], []);
  assert.equal((await always.session('s1')).state, 'in_doubt');
  await incremental(always, 's2', ['bob'], ['ann']);
  assert.equal((await always.session('s1')).state, 'applied');
  const single = await Subscriber.start(t, { config: '[sync]\nboth_actions = false\nnumbering = "run"\n' });
  await single.sync(page('add_members', 's1', { ids: ['ann'] }));
  await single.sync(page('add_members', 's2', { ids: ['bob'] }));
  assert.equal((await single.session('s1')).state, 'applied');
});

test('large sessions are merged beside the intake, also after a restart', async (t) => {
  let subscriber = await Subscriber.start(t, { config: '[sync]\nin_place_members = 10\n' });
  for (let i = 1; i <= 5; ++i) await subscriber.sync(page('members', 'big', { index: i, total: 5, ids: ids(i * 1000, 1000) }));
  await until(async () => (await subscriber.session('big')).state === 'applied', 'it is merged');
  assert.equal((await subscriber.get('/v1/cohorts/8/12')).members, 5000);
  for (let i = 1; i <= 5; ++i) await subscriber.sync(page('members', 'next', { index: i, total: 5, ids: ids(i * 2000, 1000) }));
  await subscriber.kill();
  subscriber = await Subscriber.start(t, { data: subscriber.data, config: '[sync]\nin_place_members = 10\n' });
  await until(async () => (await subscriber.session('next')).state === 'applied', 'it is merged after all');
  assert.equal((await subscriber.get('/v1/cohorts/8/12')).members, 5000);
});

test('sessions that are never finished expire', async (t) => {
  const subscriber = await Subscriber.start(t, { config: '[sync]\nexpire_after = "1s"\n' });
  await subscriber.sync(page('members', 's', { index: 1, total: 3, ids: ['ann'] }));
  await until(async () => (await subscriber.session('s')).state === 'expired', 'it expires');
  assert.match((await subscriber.session('s')).why, /1 of 3 pages came/);
});

test('a run that begins again under its id takes the place of its first attempt', async (t) => {
  const subscriber = await Subscriber.start(t);
  await subscriber.sync(page('members', 'load', { ids: ['cyd', 'dee'] }));
  await incremental(subscriber, 'r', ids(0, 1000), ['cyd']);
  await incremental(subscriber, 'r', ids(0, 1000), ['cyd', 'dee']);
  assert.deepEqual(await subscriber.members(), ids(0, 1000));
  const [newest, first] = (await subscriber.get('/v1/sessions?limit=2')).data;
  assert.deepEqual([newest.attempt, newest.entered, newest.left, first.attempt, first.state], [2, 0, 1, 1, 'restarted']);
  // A copy of the page that was replaced is refused: its sender must not believe that it counts.
  const copy = await subscriber.sync(page('remove_members', 'r', { index: 2, total: 2, ids: ['cyd'] }));
  assert.equal(copy.status, 503);
  assert.match((await copy.json()).error.message, /begun again/);
});

test('a full load without page_info is applied at once, when the next session shows that it is whole', async (t) => {
  const subscriber = await Subscriber.start(t);
  await subscriber.sync(page('members', 'old', { ids: ['old'] }));
  for (const part of [ids(0, 1000), ids(1000, 1000), ids(2000, 500)]) {
    const body = page('members', 'new', { ids: part });
    delete body.parameters.page_info;
    assert.equal((await subscriber.sync(body)).status, 200);
  }
  assert.deepEqual(await subscriber.members(), ['old']);
  await incremental(subscriber, 'next', [], []);
  const cohort = await subscriber.get('/v1/cohorts/8/12');
  assert.deepEqual([cohort.members, await subscriber.members()], [2500, ids(0, 1000)]);
});

test('a cohort whose first session is incremental has no baseline until a full load', async (t) => {
  const subscriber = await Subscriber.start(t);
  await incremental(subscriber, 's1', ['ann'], ['nobody']);
  assert.equal((await subscriber.get('/v1/cohorts/8/12')).baseline, 'unknown');
  assert.match(await (await fetch(`${subscriber.admin}/metrics`)).text(), /^bellwether_cohorts_without_baseline 1$/m);
  assert.match(subscriber.log, /removed members who were not in the cohort.* removals=1/);
  await subscriber.sync(page('members', 'full', { ids: ['ann'] }));
  assert.equal((await subscriber.get('/v1/cohorts/8/12')).baseline, 'full_load');
});

test('members without an id are skipped, counted and listed', async (t) => {
  const subscriber = await Subscriber.start(t);
  const body = page('members', 's', { ids: ['ann'] });
  body.parameters.members.push({ email: 'who@example.com' }, { $distinct_id: 'bob' });
  assert.equal((await subscriber.sync(body)).status, 200);
  assert.deepEqual(await subscriber.members(), ['ann', 'bob']);
  assert.equal((await subscriber.session('s')).skipped, 1);
  const kept = await until(async () => (await subscriber.get('/v1/rejects')).data[0], 'it is listed');
  assert.equal(kept.status, 200);
  assert.match(kept.reason, /no mixpanel_distinct_id: members\[1\]/);
});

test('ids of any kind, and properties byte for byte', async (t) => {
  const subscriber = await Subscriber.start(t);
  const odd = ['a/b', 'ünï', 'x y', '"quoted"', '%41', '😀'];
  const members = odd.map((id) => `{"mixpanel_distinct_id":${JSON.stringify(id)},"n":1.50,"deep":{"a":[ 1,2 ],"big":1e400}}`);
  const body = JSON.stringify(page('members', 's')).replace('"members":[]', `"members":[${members},{"mixpanel_distinct_id":7}]`);
  assert.equal((await subscriber.sync(body)).status, 200);
  assert.deepEqual((await subscriber.members()).sort(), [...odd, '7'].sort());
  for (const id of odd) {
    const text = await (await fetch(`${subscriber.admin}/v1/cohorts/8/12/members/${encodeURIComponent(id)}`)).text();
    assert.ok(text.includes('"properties":{"n":1.50,"deep":{"a":[ 1,2 ],"big":1e400}}'), text);
    const { data } = await subscriber.get(`/v1/members/${encodeURIComponent(id)}/cohorts`);
    assert.equal(data[0].cohort_id, '12');
    assert.equal(data[0].member.distinct_id, id);
  }
});
