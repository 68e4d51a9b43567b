// Cohort syncs from the real publisher to a strict recorder and to our own subscriber.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Subscriber, makeCertificate, temporaryFolder, until } from './support/bellwether.mjs';
import { Publisher, buyers, toLoopback } from './support/publisher.mjs';
import { Recorder } from './support/recorder.mjs';

const ids = (from, to) => Array.from({ length: to - from }, (_, i) => `p${String(from + i).padStart(5, '0')}`);
const buys = (people) => people.map((id) => ['Buy', id]);
const leave = (people) => people.map((id) => ({ $distinct_id: id, $set: { gone: true } }));

async function importAll(publisher, events) {
  for (let i = 0; i < events.length; i += 2000) await publisher.import(events.slice(i, i + 2000));
}

test('a first load, changes, nothing, and a full load say exactly who is in the cohort', async (t) => {
  const recorder = await Recorder.start(t, { credentials: 'mixpanel:pass' });
  const publisher = await Publisher.start(t);
  await publisher.apply({ projects: [{ id: '8', name: 'Shop', token: 'token', secret: 'secret' }] });
  await importAll(publisher, buys(ids(0, 2500)));
  await publisher.engage([{ $distinct_id: 'p00007', $set: { $email: 'seven@example.com', $first_name: 'Se"ven', $last_name: 'Ötzi',
    $phone: '+41 1', plan: 'pro', tags: ['a', { b: null }], 'dotted.name': 1.5, unchosen: 1 } }]);
  await publisher.apply(buyers(recorder.url, { destination: { user: 'mixpanel', password: 'pass' },
    sync: { properties: ['plan', 'tags', 'dotted.name', 'missing'] } }));

  const first = await publisher.ended_run(1);
  assert.equal(first.message, '');
  assert.deepEqual([first.end, first.full, first.members, first.pages.total], ['succeeded', true, 2500, 3]);
  assert.deepEqual(recorder.ids(), ids(0, 2500));
  assert.deepEqual(recorder.pages.map((page) => [page.action, page.parameters.page_info.page_count, page.parameters.members.length]),
    [['members', 1, 1000], ['members', 2, 1000], ['members', 3, 500]]);
  const { parameters } = recorder.pages[0];
  assert.deepEqual([parameters.mixpanel_project_id, parameters.mixpanel_cohort_id, parameters.mixpanel_cohort_name,
    parameters.mixpanel_cohort_description], ['8', '1', 'Buyers', 'Bought something']);
  assert.deepEqual(recorder.members.get('p00007'), { mixpanel_distinct_id: 'p00007', email: 'seven@example.com', first_name: 'Se"ven',
    last_name: 'Ötzi', phone_number: '+41 1', plan: 'pro', tags: ['a', { b: null }], 'dotted.name': 1.5 });

  await importAll(publisher, buys(ids(2500, 2600)));
  await publisher.engage(leave(ids(0, 50)));
  const second = await publisher.run(1);
  assert.deepEqual([second.end, second.full, second.entered, second.left, second.members], ['succeeded', false, 100, 50, 2550]);
  assert.deepEqual(recorder.ids(), ids(50, 2600));
  assert.deepEqual(recorder.pages.slice(3).map((page) => [page.action, page.parameters.page_info, page.parameters.members.length]),
    [['add_members', { total_pages: 2, page_count: 1 }, 100], ['remove_members', { total_pages: 2, page_count: 2 }, 50]]);

  const third = await publisher.run(1);
  assert.deepEqual([third.entered, third.left, third.members], [0, 0, 2550]);
  assert.deepEqual(recorder.pages.slice(5).map((page) => [page.action, page.parameters.members]), [['add_members', []], ['remove_members', []]]);
  assert.equal(new Set(recorder.pages.map((page) => page.parameters.mixpanel_session_id)).size, 3);

  const audit = await publisher.audit(second.id);
  const expected = Object.fromEntries([...ids(0, 50).map((id) => [id, 'remove']), ...ids(50, 2500).map((id) => [id, 'no-op']),
    ...ids(2500, 2600).map((id) => [id, 'add'])].sort());
  assert.deepEqual(audit, expected);
  assert.deepEqual(new Set(Object.values(await publisher.audit(first.id))), new Set(['add']));
  assert.equal(Object.keys(await publisher.audit(first.id)).length, 2500);
  assert.deepEqual(recorder.faults, []);
});

test('a subscriber of ours mirrors the cohort, over TLS with a private authority and a password', async (t) => {
  const certificate = makeCertificate(temporaryFolder(t), '127.0.0.1');
  const subscriber = await Subscriber.start(t, { config: `[server]\ntls_certificate = "${certificate.certificate}"\ntls_key = "${certificate.key}"\n`
    + '[[endpoint]]\npath = "/mixpanel/cohort-sync"\nkind = "cohort-sync"\n[[endpoint.credential]]\nuser = "u"\npassword_env = "SYNC_PASSWORD"\n',
    env: { SYNC_PASSWORD: 'geheim' } });
  const publisher = await Publisher.start(t, { config: `[delivery]\nallow = "127.0.0.1"\nca_file = "${certificate.certificate}"\n` });
  await publisher.apply(buyers(`${subscriber.url}/mixpanel/cohort-sync`, { destination: { user: 'u', password: 'geheim' } }));
  await publisher.ended_run(1);
  await importAll(publisher, buys(ids(0, 1500)));
  assert.equal((await publisher.run(1)).end, 'succeeded');
  await publisher.engage(leave(ids(10, 20)));
  assert.equal((await publisher.run(1)).end, 'succeeded');
  assert.deepEqual(await subscriber.get('/v1/cohorts/8/1').then(({ name, members, in_doubt }) => [name, members, in_doubt]), ['Buyers', 1490, 0]);
});

test('failures are retried, given up, paused or taken from the body, as the table says', async (t) => {
  let answer = null;
  const recorder = await Recorder.start(t, { answer: (page, n, self) => answer?.(page, n, self) ?? { status: 200, body: { action: page.action, status: 'success' } } });
  const publisher = await Publisher.start(t);
  await publisher.apply(buyers(recorder.url, { sync: { owner: 'ada@example.com' } }));
  await publisher.ended_run(1);
  const failure = (page, code, message) => ({ status: 200, body: { action: page.action, status: 'failure', error: { code, message } } });
  const once = (given) => {
    let left = 1;
    answer = (page) => (left-- > 0 ? given(page) : null);
  };

  await t.test('503 once, then success', async () => {
    once(() => ({ status: 503, body: 'busy' }));
    const run = await publisher.run(1);
    assert.deepEqual([run.end, run.attempts], ['succeeded', 3]);
    const { data } = await publisher.call('GET', `/v1/sync-runs/${run.id}/attempts`);
    assert.deepEqual(data.map(({ page, status, verdict }) => [page, status, verdict]).reverse(),
      [[1, 503, 'retry'], [1, 200, 'delivered'], [2, 200, 'delivered']]);
    assert.ok(data.at(-1).answer.startsWith('busy'));
    assert.equal(recorder.requests.at(-3).headers['x-request-id'], data.at(-1).request_id);
  });
  await t.test('a broken connection and a body of another contract are retried', async () => {
    once(() => 'break');
    assert.deepEqual(await publisher.run(1).then(({ end, attempts }) => [end, attempts]), ['succeeded', 3]);
    once(() => ({ status: 200, body: { ok: true } }));
    assert.deepEqual(await publisher.run(1).then(({ end, attempts }) => [end, attempts]), ['succeeded', 3]);
    once((page) => ({ status: 200, body: { action: page.action === 'members' ? 'add_members' : 'members', status: 'success' } }));
    assert.deepEqual(await publisher.run(1).then(({ end, attempts }) => [end, attempts]), ['succeeded', 3]);
  });
  await t.test('429 waits as long as Retry-After says', async () => {
    once(() => ({ status: 429, headers: { 'Retry-After': '4' } }));
    const run = await publisher.run(1);
    assert.deepEqual([run.end, run.attempts], ['succeeded', 3]);
    assert.ok(run.seconds >= 4, `${run.seconds}`);
  });
  await t.test('a Retry-After beyond the bound gives the run up', async () => {
    answer = () => ({ status: 503, headers: { 'Retry-After': '600' } });
    const run = await publisher.run(1);
    assert.equal(run.end, 'failed');
    assert.equal(run.attempts, 1);
  });
  await t.test('another 4xx and a redirect fail without another try', async () => {
    answer = () => ({ status: 422, body: 'no' });
    assert.deepEqual(await publisher.run(1).then(({ end, attempts }) => [end, attempts]), ['failed', 1]);
    answer = () => ({ status: 307, headers: { Location: recorder.url } });
    assert.deepEqual(await publisher.run(1).then(({ end, attempts }) => [end, attempts]), ['failed', 1]);
  });
  await t.test('a failed run leaves the snapshot: the next one announces the same', async () => {
    await publisher.import(buys(['new1', 'new2']));
    answer = (page) => (page.action === 'remove_members' ? { status: 422 } : null);
    assert.equal((await publisher.run(1)).end, 'failed');
    answer = null;
    const run = await publisher.run(1);
    assert.deepEqual([run.end, run.entered, run.left], ['succeeded', 2, 0]);
  });
  await t.test('a failure in the body counts by its code: 403 pauses, with the receiver\'s words', async () => {
    answer = (page) => failure(page, 403, 'ask Bob for access');
    const run = await publisher.run(1);
    assert.equal(run.end, 'paused');
    const sync = await publisher.call('GET', '/v1/syncs/1');
    assert.equal(sync.state, 'paused');
    assert.match(sync.note, /ask Bob for access/);
    assert.equal((await publisher.try('POST', '/v1/syncs/1/run')).status, 409);
    answer = null;
    const before = sync.run.number;
    await publisher.call('POST', '/v1/syncs/1/resume');
    assert.equal((await publisher.ended_run(1, before)).end, 'succeeded');
    once((page) => failure(page, 500, 'my database is down'));
    assert.deepEqual(await publisher.run(1).then(({ end, attempts }) => [end, attempts]), ['succeeded', 3]);
  });
  for (const status of [400, 401, 404]) {
    await t.test(`${status} pauses`, async () => {
      answer = (page) => ({ status, body: { action: page.action, status: 'failure', error: { code: status, message: `because ${status}` } } });
      assert.equal((await publisher.run(1)).end, 'paused');
      answer = null;
      const { run, note } = await publisher.call('GET', '/v1/syncs/1');
      assert.match(note, new RegExp(`because ${status}`));
      await publisher.call('POST', '/v1/syncs/1/resume');
      await publisher.ended_run(1, run.number);
    });
  }
  assert.deepEqual(recorder.faults, []);
});

test('a publisher that is killed goes on with the page where it was, under the same session', async (t) => {
  const data = join(temporaryFolder(t), 'data');
  let killAt = 4;
  let publisher;
  const recorder = await Recorder.start(t, { answer: async (page) => {
    if (page.parameters.page_info.page_count === killAt && page.action === 'members') {
      killAt = -1;
      await publisher.kill();
      return 'break';
    }
    await sleep(1200); // longer than a commit: what was answered is stored when the next page comes
    return { status: 200, body: { action: page.action, status: 'success' } };
  } });
  publisher = await Publisher.start(t, { data });
  await publisher.apply({ projects: [{ id: '8', name: 'Shop', token: 'token', secret: 'secret' }] });
  await importAll(publisher, buys(ids(0, 9500)));
  await publisher.apply(buyers(recorder.url));
  await publisher.ended;
  publisher = await Publisher.start(t, { data });
  const run = await publisher.ended_run(1);
  assert.deepEqual([run.end, run.number, run.members], ['succeeded', 1, 9500]);
  assert.equal(new Set(recorder.requests.map(({ page }) => page.parameters.mixpanel_session_id)).size, 1);
  assert.deepEqual(recorder.ids(), ids(0, 9500));
  assert.equal(recorder.requests.length, 11, 'only the page that was on its way came again');
  assert.deepEqual(recorder.faults, []);
});

test('syncs to one destination go one by one, to two in parallel; a person can stop one', async (t) => {
  let running = 0;
  let most = 0;
  const slow = async (page) => {
    most = Math.max(most, ++running);
    await sleep(150);
    running -= 1;
    return { status: 200, body: { action: page.action, status: 'success' } };
  };
  const one = await Recorder.start(t, { answer: slow });
  const two = await Recorder.start(t, { answer: slow });
  const publisher = await Publisher.start(t);
  const cohort = (name) => ({ name, definition: { groups: [{ conditions: [{ did: { event: name } }] }] } });
  const configuration = buyers(one.url, { cohorts: [cohort('A'), cohort('B')] });
  configuration.projects[0].syncs.push({ cohort: 'A', destination: 'receiver' }, { cohort: 'B', destination: 'receiver' });
  await publisher.apply(configuration);
  await Promise.all([1, 2, 3].map((id) => publisher.ended_run(id)));
  assert.equal(most, 1);
  const sessions = one.requests.map(({ page }) => page.parameters.mixpanel_session_id);
  assert.equal(sessions.filter((session, i) => session !== sessions[i - 1]).length, 3, 'runs do not mix');

  configuration.projects[0].destinations.push({ name: 'second', url: two.url });
  configuration.projects[0].syncs.push({ cohort: 'A', destination: 'second' });
  most = 0;
  await publisher.apply(configuration);
  await Promise.all([publisher.run(1), publisher.ended_run(4)]);
  assert.equal(most, 2);

  one.answer = () => ({ status: 503 });
  const before = (await publisher.call('GET', '/v1/syncs/1')).run.number;
  await publisher.call('POST', '/v1/syncs/1/run');
  await until(async () => {
    const { run } = await publisher.call('GET', '/v1/syncs/1');
    return run.number > before && run.attempts > 0;
  }, 'it was tried');
  await publisher.call('POST', '/v1/syncs/1/pause');
  const run = await publisher.ended_run(1, before);
  assert.deepEqual([run.end, run.message], ['stopped', 'stopped by a person']);
  assert.equal((await publisher.call('GET', '/v1/syncs/1')).state, 'paused');
});

test('a one-time export runs once; a disabled destination gets nothing', async (t) => {
  const recorder = await Recorder.start(t);
  const publisher = await Publisher.start(t, { config: `${toLoopback}interval = "1s"\n` });
  await publisher.apply(buyers(recorder.url, { sync: { recurring: false } }));
  await publisher.ended_run(1);
  assert.equal((await publisher.call('GET', '/v1/syncs/1')).state, 'done');
  await sleep(2500);
  assert.equal((await publisher.call('GET', '/v1/syncs/1')).run.number, 1);
  const before = recorder.requests.length;
  await publisher.apply(buyers(recorder.url, { destination: { enabled: false } }));
  await publisher.call('POST', '/v1/syncs/1/run');
  await sleep(1500);
  assert.equal(recorder.requests.length, before);
  await publisher.apply(buyers(recorder.url));
  await publisher.ended_run(1, 1);
});

test('what may not be connected to is not, and it says so', async (t) => {
  const publisher = await Publisher.start(t, { config: '' });
  const refused = await publisher.try('POST', '/v1/apply', buyers('http://example.com/'));
  assert.equal(refused.status, 200, 'apply takes what only the delivery refuses');
  const run = await publisher.ended_run(1);
  assert.equal(run.end, 'paused');
  assert.match(run.message, /https/);
  const created = await publisher.try('POST', '/v1/destinations', { project_id: '8', name: 'x', url: 'http://example.com/' });
  assert.deepEqual([created.status, /https/.test(created.json.error.message)], [400, true]);
  for (const url of ['https://127.0.0.1/', 'https://2130706433/', 'https://0x7f.1/', 'https://[::ffff:10.0.0.1]/', 'https://169.254.169.254/']) {
    await publisher.apply(buyers(url));
    await publisher.call('POST', '/v1/syncs/1/resume');
    const next = await publisher.ended_run(1, (await publisher.call('GET', '/v1/syncs/1')).run.number - 1);
    await until(async () => (await publisher.call('GET', '/v1/syncs/1')).state === 'paused', 'it paused');
    assert.equal(next.end, 'paused', url);
  }
});
