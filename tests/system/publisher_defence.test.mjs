// What the publisher does when somebody or something means it no good: passwords that should go elsewhere, endpoints that do not answer,
// guessed tokens, clocks that were wrong, labels of a megabyte.
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd, temporaryFolder, until } from './support/bellwether.mjs';
import { Publisher, buyers, toLoopback } from './support/publisher.mjs';
import { Recorder } from './support/recorder.mjs';

const hour = 3_600_000;
const day = 24 * hour;
const shop = (more = {}) => ({ projects: [{ id: '8', name: 'Shop', token: 'token', secret: 'secret', ...more }] });

/** An endpoint that keeps what it is sent; `answer` gives a status. */
async function endpoint(t, { answer = () => 200, headers = {} } = {}) {
  const taken = [];
  const server = http.createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    taken.push({ headers: request.headers, text });
    response.writeHead(answer(taken.length), headers).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(t, () => { server.close(); server.closeAllConnections(); });
  return { taken, url: `http://127.0.0.1:${server.address().port}/hook` };
}

/** An endpoint that takes connections and never answers. */
async function silent(t) {
  const sockets = new Set();
  const server = net.createServer((socket) => { sockets.add(socket); socket.on('error', () => {}); });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(t, () => { server.close(); for (const socket of sockets) socket.destroy(); });
  return { sockets, url: `http://127.0.0.1:${server.address().port}/` };
}

function edit(data, sql) {
  const done = spawnSync('sqlite3', [join(data, 'publisher.db'), sql], { encoding: 'utf8' });
  assert.equal(done.stderr, '');
  return done.stdout.trim();
}

test('a stored password never goes to another address', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply(shop());
  const right = await endpoint(t);
  const wrong = await endpoint(t);
  for (const [path, more] of [['/v1/destinations', {}], ['/v1/webhooks', {}], ['/v1/webhooks', { format: 'pagerduty' }]]) {
    const name = `x${JSON.stringify(more)}`;
    const user = more.format ? {} : { user: 'u' };
    const { id } = await publisher.call('POST', path, { project_id: '8', name, url: right.url, password: 'TopSecret', ...user, ...more });
    for (const url of [wrong.url, right.url.replace('127.0.0.1', 'localhost'), right.url.replace('http:', 'https:')]) {
      const refused = await publisher.try('PUT', `${path}/${id}`, { name, url, ...user, ...more });
      assert.deepEqual([refused.status, /^password: give it again/.test(refused.json.error.message)], [400, true], url);
      assert.equal((await publisher.call('GET', `${path}/${id}`)).url, right.url, 'nothing was changed');
    }
    await publisher.call('PUT', `${path}/${id}`, { name, url: `${right.url}/other`, ...user, ...more });
    assert.equal((await publisher.call('GET', `${path}/${id}`)).has_password, true, 'another path of the same address keeps it');
    await publisher.call('POST', `${path}/${id}/test`);
    assert.equal(right.taken.at(-1).headers.authorization, more.format ? undefined : `Basic ${btoa('u:TopSecret')}`);
    await publisher.call('PUT', `${path}/${id}`, { name, url: wrong.url, password: 'another', ...user, ...more });
    await publisher.call('POST', `${path}/${id}/test`);
    assert.equal(wrong.taken.at(-1).headers.authorization, more.format ? undefined : `Basic ${btoa('u:another')}`);
    if (more.format) continue;
    await publisher.call('PUT', `${path}/${id}`, { name, url: right.url, password: '' });
    assert.equal((await publisher.call('GET', `${path}/${id}`)).has_password, false);
  }
  assert.ok(!JSON.stringify(wrong.taken).includes(btoa('u:TopSecret')) && !JSON.stringify(wrong.taken).includes('TopSecret'));
});

test('credentials do not follow a redirect', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply(shop());
  const other = await endpoint(t);
  for (const status of [301, 302, 303, 307, 308]) {
    const sends = await endpoint(t, { answer: () => status, headers: { Location: other.url } });
    const { id } = await publisher.call('POST', '/v1/destinations', { project_id: '8', name: `d${status}`, url: sends.url, user: 'u', password: 'p' });
    const tested = await publisher.call('POST', `/v1/destinations/${id}/test`);
    assert.deepEqual([tested.status, tested.ok, sends.taken.length], [status, false, 1]);
  }
  assert.equal(other.taken.length, 0);
});

test('probes are answered while connection tests wait, and few tests wait at once', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply(shop());
  const { url, sockets } = await silent(t);
  const { id } = await publisher.call('POST', '/v1/destinations', { project_id: '8', name: 'silent', url });
  const tests = Array.from({ length: 8 }, () => publisher.try('POST', `/v1/destinations/${id}/test`));
  let ended = 0;
  for (const one of tests) one.then(() => ++ended);
  await until(() => sockets.size === 2 && ended === 6, 'two tests wait, six were refused');
  // A test waits for 10 seconds: what is asked meanwhile is answered before one ends.
  for (const path of ['/healthz', '/readyz', '/metrics', '/v1/projects'])
    assert.equal((await fetch(publisher.admin + path)).status, 200, path);
  assert.equal(ended, 6, 'no test had ended by then');
  const answers = await Promise.all(tests);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 429, 429, 429, 429, 429, 429]);
  assert.match(answers.find(({ status }) => status === 429).json.error.message, /too many connection tests/);
  assert.equal((await publisher.try('POST', `/v1/destinations/${id}/test`)).status, 200, 'places are given back');
});

test('/healthz is answered while every thread of the API waits for the engine', async (t) => {
  // An engine that takes everything at first, and then answers nothing any more.
  let waits = false;
  let waiting = 0;
  const engine = http.createServer((request, response) => {
    request.resume();
    if (waits) ++waiting;
    else response.end();
  });
  await new Promise((resolve) => engine.listen(0, '127.0.0.1', resolve));
  atEnd(t, () => { engine.close(); engine.closeAllConnections(); });
  const publisher = await Publisher.start(t, { config: `${toLoopback}\n[engine]\nkind = "clickhouse"\nurl = "http://127.0.0.1:${engine.address().port}"\n` });
  await publisher.apply(shop());
  waits = true;
  const definition = { groups: [{ conditions: [{ did: { event: 'Buy' } }] }] };
  const calls = Array.from({ length: 8 }, () => publisher.try('POST', '/v1/cohorts/preview', { project_id: '8', definition }));
  let ended = 0;
  for (const call of calls) call.then(() => ++ended);
  await until(() => waiting >= 4, 'all four threads wait for the engine');
  assert.equal((await fetch(`${publisher.admin}/readyz`)).status, 503, 'it has a thread of its own, which waits for the engine too');
  for (let i = 0; i < 20; i++) assert.deepEqual(await (await fetch(`${publisher.admin}/healthz`)).json(), { status: 'alive' });
  assert.equal(ended, 0, 'the calls wait still');
  engine.closeAllConnections();
  engine.close();
  await Promise.all(calls);
});

test('a token is guessed slowly, failures are logged, and the right one gets in', async (t) => {
  const token = 'open sesame';
  const publisher = await Publisher.start(t, { env: { BELLWETHER_PUBLISHER_ADMIN_TOKEN: token } });
  const login = (guess) => fetch(`${publisher.admin}/login`, { redirect: 'manual', method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ token: guess, next: '/' }) });
  const statuses = [];
  for (let i = 0; i < 12; i++) statuses.push((await login(`guess${i}`)).status);
  assert.deepEqual(statuses.slice(0, 5), [401, 401, 401, 401, 401]);
  assert.ok(statuses.includes(429), String(statuses));
  const refused = await login('guess');
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers.get('retry-after')) >= 1);
  const entered = await until(async () => { const response = await login(token); return response.status === 303 && response; }, 'the pause is over', 60_000);
  const cookie = entered.headers.get('set-cookie');
  const port = new URL(publisher.admin).port;
  assert.match(cookie, new RegExp(`^bellwether_session_${port}=\\d+\\.[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Lax; Max-Age=43200$`));
  const lines = publisher.log.split('\n').filter((line) => line.includes('a login failed'));
  assert.ok(lines.length >= 5 && lines.every((line) => line.includes('peer=127.0.0.1') && !line.includes('guess')), lines.join('\n'));
  // Whoever has the cookie cannot check guesses of the token with it: another process with the same token does not take it.
  const session = { Cookie: cookie.split(';')[0] };
  assert.equal((await fetch(`${publisher.admin}/v1/projects`, { headers: session })).status, 200);
  const again = await Publisher.start(t, { adminListen: `127.0.0.1:0`, env: { BELLWETHER_PUBLISHER_ADMIN_TOKEN: token } });
  const renamed = { Cookie: session.Cookie.replace(port, new URL(again.admin).port) };
  assert.equal((await fetch(`${again.admin}/v1/projects`, { headers: renamed })).status, 401);
});

test('over HTTPS the session is a __Host- cookie', async (t) => {
  const publisher = await Publisher.start(t, { config: `${toLoopback}\n[alerts]\nbase_url = "https://bellwether.example.com"\n`, env: { BELLWETHER_PUBLISHER_ADMIN_TOKEN: 'tok' } });
  const response = await fetch(`${publisher.admin}/login`, { redirect: 'manual', method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'token=tok' });
  assert.match(response.headers.get('set-cookie'), /^__Host-bellwether_session_\d+=.*; Path=\/; .*; Secure$/);
});

test('no answer is taken for another type', async (t) => {
  const publisher = await Publisher.start(t, { env: { BELLWETHER_PUBLISHER_ADMIN_TOKEN: 'tok' } });
  const headers = { Authorization: 'Bearer tok' };
  for (const [path, options] of [['/v1/projects', { headers }], ['/v1/projects', {}], ['/v1/nothing', { headers }], ['/v1/projects', { method: 'PATCH', headers }],
    ['/healthz', {}], ['/readyz', {}], ['/metrics', { headers }], ['/style.css', {}], ['/icon.svg', {}], ['/', { headers }], ['/login', {}]]) {
    const response = await fetch(publisher.admin + path, options);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff', `${path} ${response.status}`);
    await response.arrayBuffer();
  }
});

test('an internal name tells nobody its address', async (t) => {
  const publisher = await Publisher.start(t, { config: '[delivery]\nhttps_only = false\n' });
  await publisher.apply(shop());
  const { id } = await publisher.call('POST', '/v1/destinations', { project_id: '8', name: 'inside', url: 'http://localhost:9/' });
  const { message } = await publisher.call('POST', `/v1/destinations/${id}/test`);
  assert.match(message, /an address that is not public/);
  assert.ok(!/127\.|::1/.test(message), message);
  assert.ok(/127\.0\.0\.1|::1/.test(publisher.log), 'the log has it for the operator');
});

test('one e-mail address is one', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply(shop({ reports: [{ name: 'Sales', definition: { kind: 'insights', unit: 'hour', range: { last: '24h' }, metrics: [{ name: 'Sales', event: 'Buy' }] } }] }));
  for (const email of ['a@b,c@d', 'a@b;c@d', 'a@b@c', '@b', 'a@', 'a b@c', 'Ann <a@b>', '"a"@b', 'a@b\r\nc']) {
    for (const field of [{ emails: [email] }, { creator_email: email }]) {
      const refused = await publisher.try('POST', '/v1/alerts', { project_id: '8', name: 'x', report_id: 1, condition: { type: 'absolute', operator: '>', threshold: 1 }, ...field });
      assert.deepEqual([refused.status, /one e-mail address/.test(refused.json.error.message)], [400, true], email);
    }
  }
});

test('after a clock that was ahead, syncs and alerts go on and nothing is deleted', async (t) => {
  const data = join(temporaryFolder(t), 'data');
  const config = `${toLoopback}\n[alerts]\ngrace = "0s"\nevery = "200ms"\n`;
  const hook = await endpoint(t);
  const recorder = await Recorder.start(t);
  const configuration = buyers(recorder.url);
  Object.assign(configuration.projects[0], {
    reports: [{ name: 'Sales', definition: { kind: 'insights', unit: 'hour', range: { last: '24h' }, metrics: [{ name: 'Sales', event: 'Buy' }] } }],
    webhooks: [{ name: 'hook', url: hook.url }],
    alerts: [{ name: 'High', report: 'Sales', condition: { type: 'absolute', operator: '>', threshold: 0 }, webhooks: ['hook'] }],
  });
  const start = Math.floor(Date.now() / hour) * hour;
  let publisher = await Publisher.start(t, { config, data });
  await publisher.apply(configuration);
  await until(async () => (await publisher.call('GET', '/v1/alerts/1')).judged_until === new Date(start).toISOString() || Date.now() > start + hour, 'the alert is judged');
  await publisher.import([['Buy', 'ann', {}, start - 60_000]]);
  assert.equal((await publisher.run(1)).end, 'succeeded');
  for (const ahead of [60_000 * 61, day, 731 * day]) {
    await publisher.stop();
    // What a process stores whose clock is ahead, and whose history began long ago by the right one.
    const at = Date.now() + ahead;
    edit(data, `UPDATE sync SET next_run_at = ${at}; UPDATE sync_snapshot SET taken_at = ${at};
      UPDATE alert SET judged_until = ${at}, notified_at = ${at}; DELETE FROM firing;
      INSERT INTO alert_event (alert_id, at, kind, detail) VALUES (1, ${Date.now() - 200 * day}, 'edited', 'old');
      DELETE FROM clock_watch;`);
    const before = { posts: hook.taken.length, run: Number(edit(data, 'SELECT max(number) FROM sync_run')) };
    publisher = await Publisher.start(t, { config, data });
    const run = await publisher.ended_run(1, before.run);
    assert.deepEqual([run.end, run.full], ['succeeded', true], 'a snapshot of a time to come has no known age');
    await until(() => hook.taken.length > before.posts, `the alert told its webhook (${ahead} ms)`);
    const { judged_until } = await publisher.call('GET', '/v1/alerts/1');
    assert.ok(Date.parse(judged_until) <= Date.now(), judged_until);
    const next = (await publisher.call('GET', '/v1/syncs/1')).next_run_at;
    assert.ok(Date.parse(next) <= Date.now() + hour, next);
  }
  assert.equal(edit(data, `SELECT count(*) FROM alert_event WHERE detail = 'old'`), '3', 'no clock was trusted long enough to delete');
  // By a clock that was looked at just now it goes.
  await publisher.stop();
  edit(data, `INSERT OR REPLACE INTO clock_watch VALUES ('alert history', ${Date.now()})`);
  publisher = await Publisher.start(t, { config, data });
  await until(() => edit(data, `SELECT count(*) FROM alert_event WHERE detail = 'old'`) === '0', 'old history is gone');
});

// With Debian's package faketime; the dynamic linker knows what $LIB is.
test('a clock that jumps for some seconds while the publisher runs stops nothing', async (t) => {
  const folder = temporaryFolder(t);
  const offset = join(folder, 'offset');
  const set = (text) => writeFileSync(offset, `${text}\n`);
  set('+0');
  const recorder = await Recorder.start(t);
  const configuration = buyers(recorder.url);
  Object.assign(configuration.projects[0], {
    reports: [{ name: 'Sales', definition: { kind: 'insights', unit: 'minute', range: { last: '1h' }, metrics: [{ name: 'Sales', event: 'Buy' }] } }],
    alerts: [{ name: 'High', report: 'Sales', condition: { type: 'absolute', operator: '>', threshold: 1000 }, emails: ['ada@example.com'] }],
  });
  const publisher = await Publisher.start(t, {
    config: `${toLoopback}interval = "2s"\n[alerts]\ngrace = "0s"\nevery = "200ms"\n`,
    env: { LD_PRELOAD: '/usr/$LIB/faketime/libfaketime.so.1', FAKETIME_TIMESTAMP_FILE: offset, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' },
  });
  await publisher.apply(configuration);
  const run = async () => (await publisher.call('GET', '/v1/syncs/1')).run;
  const judgedUntil = async () => Date.parse((await publisher.call('GET', '/v1/alerts/1')).judged_until);
  for (const jump of ['+86400', '-86400', '+63072000']) {
    const before = (await run())?.number ?? 0;
    set(jump);
    const now = () => Date.now() + Number(jump) * 1000;
    // By the clock that is wrong.
    const wrong = await until(async () => {
      const { number, phase, started_at: at } = (await run()) ?? {};
      return number > before && phase === 'ended' && Math.abs(Date.parse(at) - now()) < hour && number;
    }, `a run began at ${jump} s`, 30_000);
    await until(async () => Math.abs((await judgedUntil()) - now()) < hour, `a bucket was judged at ${jump} s`, 30_000);
    set('+0');
    await until(async () => {
      const { number, phase, started_at: at } = await run();
      return number > wrong && phase === 'ended' && Math.abs(Date.parse(at) - Date.now()) < hour;
    }, `runs go on after ${jump} s`, 30_000);
    await until(async () => Math.abs((await judgedUntil()) - Date.now()) < hour, `buckets are judged after ${jump} s`, 30_000);
  }
  assert.deepEqual(recorder.faults, []);
});

test('a label of a megabyte reaches nobody whole', async (t) => {
  const data = join(temporaryFolder(t), 'data');
  const config = `${toLoopback}\n[alerts]\ngrace = "0s"\nevery = "200ms"\n`;
  // As strict as the real ones.
  const hooks = {};
  for (const format of ['mixpanel', 'slack', 'alertmanager', 'pagerduty']) hooks[format] = await endpoint(t);
  const configuration = shop({
    reports: [{ name: 'Sales', definition: { kind: 'insights', unit: 'hour', range: { last: '24h' }, metrics: [{ name: 'Sales', event: 'Buy' }], breakdown: { properties: ['city'] } } }],
    webhooks: Object.entries(hooks).map(([format, { url }]) => ({ name: format, url, format, ...(format === 'pagerduty' ? { password: 'routing' } : {}) })),
    alerts: [{ name: 'High', report: 'Sales', segment: 'any', condition: { type: 'absolute', operator: '>', threshold: 0 }, webhooks: Object.keys(hooks) }],
  });
  let publisher = await Publisher.start(t, { config, data });
  await publisher.apply(configuration);
  const start = Math.floor(Date.now() / hour) * hour;
  const label = (i) => `=${i}${'é🙂&<'.repeat(120_000)}`;
  for (let i = 0; i < 6; i++) await publisher.import([['Buy', `p${i}`, { city: label(i) }, start - 60_000]]);
  await publisher.stop();
  edit(data, `UPDATE alert SET judged_until = ${start - hour}; DELETE FROM firing;`);
  publisher = await Publisher.start(t, { config, data });
  for (const [format, { taken }] of Object.entries(hooks)) {
    await until(() => taken.length > 0, `${format} was told`, 60_000);
    assert.ok(taken[0].text.length < 16_384, `${format}: ${taken[0].text.length}`);
    assert.ok(taken[0].text.includes('é🙂'), format);
  }
  assert.equal(JSON.parse(hooks.pagerduty.taken[0].text).routing_key, 'routing');
  assert.ok(!edit(data, 'SELECT body FROM notification').includes('routing_key":"routing'), 'a key is not stored in a message');
  for (const path of ['/reports/1', '/alerts/1/edit', `/alerts/1/root-cause?at=${(start - hour) / 1000}`]) {
    const response = await fetch(publisher.admin + path);
    const text = await response.text();
    assert.ok(text.length < 300_000, `${path}: ${text.length}`);
  }
  const alert = { project_id: '8', name: 'x', report_id: 1, segment: 'any', condition: { type: 'absolute', operator: '>', threshold: 0 } };
  const preview = JSON.stringify(await publisher.call('POST', '/v1/alerts/preview?buckets=20', alert));
  assert.ok(preview.includes('é🙂') && preview.length < 100_000, `preview: ${preview.length}`);
  const cause = JSON.stringify(await publisher.call('GET', `/v1/alerts/1/root-cause?at=${(start - hour) / 1000}`));
  assert.ok(cause.length < 100_000, `root cause: ${cause.length}`);
  assert.ok(edit(data, 'SELECT segment FROM firing').length < 20_000, 'nor does storage keep it');
  const csv = await (await fetch(`${publisher.admin}/v1/reports/1/result?format=csv`)).text();
  assert.ok(csv.length < 1_000_000, String(csv.length));
  assert.match(csv, /,'=\dé🙂/);
  assert.ok(!/,=/.test(csv));
});
