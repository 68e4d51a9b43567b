// HTTP as senders, proxies and attackers speak it: each sentence of docs/answers.md.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Subscriber, alert, page, run, until } from './support/bellwether.mjs';
import { Raw, request } from './support/raw.mjs';

const some = (session, ids = ['ann']) => page('members', session, { ids });

async function failure(response, status) {
  assert.equal(response.status, status);
  const body = await response.json();
  assert.equal(body.status, 'failure');
  assert.equal(body.error.code, status);
  return body;
}

test('a page is answered with its action and success', async (t) => {
  const subscriber = await Subscriber.start(t);
  const response = await subscriber.sync(some('s'));
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type'), /application\/json/);
  assert.deepEqual(await response.json(), { action: 'members', status: 'success' });
});

test('keep-alive, and pipelined requests are answered in order', async (t) => {
  const subscriber = await Subscriber.start(t);
  const raw = await Raw.connect(subscriber.port);
  raw.send(request(some('a')) + request(page('add_members', 'b')) + request('{'));
  const answers = [await raw.response(), await raw.response(), await raw.response()];
  assert.deepEqual(answers.map((answer) => answer.status), [200, 200, 400]);
  assert.match(answers[1].body, /add_members/);
  raw.send(request(some('c')));
  assert.equal((await raw.response()).status, 200);
  raw.close();
});

test('Expect: 100-continue is answered before the body comes', async (t) => {
  const subscriber = await Subscriber.start(t);
  const raw = await Raw.connect(subscriber.port);
  const whole = request(some('s'), { headers: { Expect: '100-continue' } });
  const split = whole.indexOf('\r\n\r\n') + 4;
  raw.send(whole.slice(0, split));
  await until(() => raw.received.includes('100 Continue\r\n\r\n'), 'it says continue');
  raw.received = '';
  raw.send(whole.slice(split));
  assert.equal((await raw.response()).status, 200);
  raw.send(request(some('s'), { path: '/nowhere', headers: { Expect: '100-continue' } }).split('\r\n\r\n')[0] + '\r\n\r\n');
  assert.equal((await raw.response()).status, 404, 'a refusal does not wait for the body');
  raw.close();
});

test('chunked bodies, in pieces of any size', async (t) => {
  const subscriber = await Subscriber.start(t);
  const raw = await Raw.connect(subscriber.port);
  const body = JSON.stringify(some('s'));
  raw.send('POST /mixpanel/cohort-sync HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  for (let i = 0; i < body.length; i += 50) {
    const piece = body.slice(i, i + 50);
    raw.send(`${piece.length.toString(16)}\r\n${piece}\r\n`);
    await sleep(1);
  }
  raw.send('0\r\n\r\n');
  assert.equal((await raw.response()).status, 200);
  raw.close();
});

test('gzip bodies, with a limit on what they inflate to', async (t) => {
  const subscriber = await Subscriber.start(t, { config: '[limits]\ninflated_bytes = 100000\n' });
  const gzip = { 'Content-Encoding': 'gzip' };
  assert.equal((await subscriber.sync(gzipSync(JSON.stringify(some('s'))), gzip)).status, 200);
  const bomb = await failure(await subscriber.sync(gzipSync(Buffer.alloc(10_000_000)), gzip), 413);
  assert.match(bomb.error.message, /inflates to more than 100000 bytes/);
  await failure(await subscriber.sync('{"not": "gzip"}', gzip), 400);
  await failure(await subscriber.sync(gzipSync(JSON.stringify(some('s'))).subarray(0, 50), gzip), 400);
  await failure(await subscriber.sync('x', { 'Content-Encoding': 'br' }), 415);
});

test('404, 405 with Allow, 415', async (t) => {
  const subscriber = await Subscriber.start(t);
  const unknown = await failure(await subscriber.post('/nowhere', some('s')), 404);
  assert.match(unknown.error.message, /check the URL/);
  const get = await fetch(`${subscriber.url}/mixpanel/cohort-sync`);
  assert.equal(get.headers.get('allow'), 'POST');
  await failure(get, 405);
  await failure(await subscriber.sync('a=b', { 'Content-Type': 'application/x-www-form-urlencoded' }), 415);
  assert.equal((await subscriber.sync(some('s'), { 'Content-Type': 'application/json; charset=utf-8' })).status, 200);
});

test('what is written otherwise but means the same is taken', async (t) => {
  const subscriber = await Subscriber.start(t);
  const post = (path, body, headers) => fetch(`${subscriber.url}${path}`, { method: 'POST', body, headers });
  const json = JSON.stringify(some('s'));
  assert.equal((await post('/mixpanel/cohort-sync/', json, { 'Content-Type': 'Application/JSON; charset=UTF-8' })).status, 200);
  assert.equal((await post('/mixpanel/cohort-sync', gzipSync(json), { 'Content-Type': 'application/json', 'Content-Encoding': 'GZIP' })).status, 200);
  assert.equal((await post('/mixpanel/cohort-sync//', json, { 'Content-Type': 'application/json' })).status, 404);
});

test('400 echoes the action and says what is wrong', async (t) => {
  const subscriber = await Subscriber.start(t);
  const wrong = some('s');
  wrong.parameters.members = 'everybody';
  assert.deepEqual(await failure(await subscriber.sync(wrong), 400), {
    action: 'members', status: 'failure',
    error: { code: 400, message: 'parameters.members: expected an array, found a string' },
  });
  assert.equal((await failure(await subscriber.sync('{"action":'), 400)).action, undefined);
});

test('a large body is answered 413 so that the sender can read it', async (t) => {
  const subscriber = await Subscriber.start(t, { config: '[limits]\nbody_bytes = 200000\npage_members = 3\n' });
  // With a length, without one, and by curl, which waits for 100-continue.
  for (const headers of [{}, { 'Transfer-Encoding': 'chunked', 'Content-Length': undefined }]) {
    const raw = await Raw.connect(subscriber.port);
    const body = 'x'.repeat(1_000_000);
    const framed = headers['Transfer-Encoding'] ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body;
    const [head] = request(body, { headers }).split('\r\n\r\n');
    raw.send(`${head}\r\n\r\n${framed}`);
    const answer = await raw.response();
    assert.equal(answer.status, 413);
    assert.match(answer.body, /larger than 200000 bytes/);
  }
  const curl = spawnSync('curl', ['-s', '-w', '%{http_code}', '-H', 'Content-Type: application/json', '--data-binary', '@-',
    `${subscriber.url}/mixpanel/cohort-sync`], { input: 'x'.repeat(1_000_000), encoding: 'utf8' });
  assert.match(curl.stdout, /413$/);
  const members = await failure(await subscriber.sync(some('s', ['a', 'b', 'c', 'd'])), 413);
  assert.match(members.error.message, /more than 3 members/);
  assert.equal(members.action, 'members');
});

test('headers have a limit', async (t) => {
  const subscriber = await Subscriber.start(t, { config: '[limits]\nheader_bytes = 2000\n' });
  const raw = await Raw.connect(subscriber.port);
  raw.send(request(some('s'), { headers: { 'X-Long': 'x'.repeat(4000) } }));
  assert.equal((await raw.response()).status, 431);
  await until(() => raw.closed, 'it closes');
});

test('what is not HTTP/1.1 is refused and closed', async (t) => {
  const subscriber = await Subscriber.start(t);
  for (const [text, status] of [['hello\r\n\r\n', 400], ['POST / HTTP/9.9\r\n\r\n', 505],
    ['POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n', 400],
    ['POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 404]]) {
    const raw = await Raw.connect(subscriber.port);
    raw.send(text);
    assert.equal((await raw.response()).status, status);
    await until(() => raw.closed, 'it closes');
  }
});

test('a slow sender cannot hold a connection', async (t) => {
  const subscriber = await Subscriber.start(t, {
    config: '[limits]\nheader_timeout = "300ms"\nbody_timeout = "300ms"\nidle_timeout = "300ms"\n' });
  const idle = await Raw.connect(subscriber.port);
  await until(() => idle.closed, 'an idle connection is closed');
  const head = await Raw.connect(subscriber.port);
  head.send('POST /mixpanel/cohort-sync HTTP/1.1\r\n');
  assert.equal((await head.response()).status, 408);
  await until(() => head.closed, 'it closes');
  const body = await Raw.connect(subscriber.port);
  body.send(request(some('s')).slice(0, -20));
  const drip = setInterval(() => body.send(' '), 50);
  const answer = await body.response();
  clearInterval(drip);
  assert.equal(answer.status, 408);
  await until(() => body.closed, 'it closes');
});

test('requests a connection, and connections, have limits', async (t) => {
  const subscriber = await Subscriber.start(t, { config: '[limits]\nrequests_per_connection = 2\nconnections = 3\n' });
  const raw = await Raw.connect(subscriber.port);
  raw.send(request(some('a')) + request(some('b')));
  assert.doesNotMatch((await raw.response()).head, /Connection: close/i);
  assert.match((await raw.response()).head, /Connection: close/i);
  await until(() => raw.closed, 'it closes');
  const held = [];
  for (let i = 0; i < 3; ++i) {
    held.push(await Raw.connect(subscriber.port));
    held.at(-1).send(request(some('c')));
    assert.equal((await held.at(-1).response()).status, 200);
  }
  // One more is served, and the one that has been idle for longest gives way.
  const more = await Raw.connect(subscriber.port);
  more.send(request(some('d')));
  assert.equal((await more.response()).status, 200);
  await until(() => held[0].closed, 'the idlest is closed');
  assert.deepEqual(held.map((connection) => connection.closed), [true, false, false]);
});

test('a full queue answers 429 with Retry-After and takes the page later', async (t) => {
  const subscriber = await Subscriber.start(t, { config: '[limits]\nqueued_requests = 1\nqueued_bytes = 1048576\n' });
  const big = some('s', Array.from({ length: 9000 }, (_, i) => `member-${i}-${'x'.repeat(60)}`));
  const response = await subscriber.sync(big);
  const body = await failure(response, 429);
  assert.equal(response.headers.get('retry-after'), '1');
  assert.equal(body.action, 'members');
  assert.equal((await subscriber.sync(some('t'))).status, 200);
});

test('several endpoints, each with its own credentials, which can be rotated', async (t) => {
  const hash = run(['hash-password'], { input: 'new secret\n' }).stdout.trim();
  const subscriber = await Subscriber.start(t, {
    env: { OLD_PASSWORD: 'old secret', ALERT_PASSWORD: 'bell' },
    config: `
[[endpoint]]
path = "/one"
kind = "cohort-sync"
projects = ["8"]
  [[endpoint.credential]]
  user = "mix"
  password_env = "OLD_PASSWORD"
  [[endpoint.credential]]
  user = "mix"
  password_hash = "${hash}"
[[endpoint]]
path = "/two"
kind = "alerts"
  [[endpoint.credential]]
  user = "ring"
  password_env = "ALERT_PASSWORD"
`,
  });
  const as = (user, password) => ({ Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` });
  assert.equal((await subscriber.post('/one', some('s'), as('mix', 'old secret'))).status, 200);
  assert.equal((await subscriber.post('/one', some('s'), as('mix', 'new secret'))).status, 200);
  assert.equal((await subscriber.post('/two', alert(), as('ring', 'bell'))).status, 200);
  for (const headers of [{}, as('mix', 'wrong'), as('other', 'old secret'), as('ring', 'bell'), { Authorization: 'Bearer x' }]) {
    const response = await subscriber.post('/one', some('s'), headers);
    assert.match(response.headers.get('www-authenticate'), /^Basic realm=/);
    await failure(response, 401);
  }
  const foreign = page('members', 's', { project: '9' });
  const forbidden = await failure(await subscriber.post('/one', foreign, as('mix', 'old secret')), 403);
  assert.match(forbidden.error.message, /project 9/);
  assert.equal((await subscriber.post('/mixpanel/cohort-sync', some('s'))).status, 404, 'the defaults are not served');
  assert.doesNotMatch(subscriber.log, /secret|bell\b/);
});

test('what was refused can be read, without secrets, the newest of a bounded number', async (t) => {
  const subscriber = await Subscriber.start(t, { config: '[data]\nrejects = 3\nreject_body_bytes = 10\n[limits]\nbody_bytes = 2000\n' });
  await subscriber.sync('first and more', { Authorization: 'Basic c2VjcmV0', Cookie: 'secret', 'X-Trace': 'abc' });
  await subscriber.sync(Buffer.from([0x7b, 0xff, 0xfe]));
  await subscriber.sync('x'.repeat(3000));
  await subscriber.alert('{"event_type":"other"');
  const { data } = await until(async () => {
    const found = await subscriber.get('/v1/rejects');
    return found.data[0]?.id === 4 && found;
  }, 'all four are kept');
  assert.deepEqual(data.map((reject) => [reject.id, reject.path, reject.status]),
    [[4, '/mixpanel/alerts', 400], [3, '/mixpanel/cohort-sync', 413], [2, '/mixpanel/cohort-sync', 400]]);
  assert.match(data[0].reason, /not valid JSON/);
  assert.equal(data[0].body_bytes, 21);
  assert.equal(data[0].body.length, 10);
  assert.equal(data[2].body_base64, Buffer.from([0x7b, 0xff, 0xfe]).toString('base64'));
  const other = await Subscriber.start(t);
  await other.sync('wrong', { Authorization: 'Basic c2VjcmV0', Cookie: 'secret', 'X-Request-Id': 'abc', 'X-Auth-Token': 'secret' });
  const kept = await until(async () => (await other.get('/v1/rejects')).data[0], 'it is kept');
  assert.equal(kept.headers['x-request-id'] ?? kept.headers['X-Request-Id'], 'abc');
  assert.doesNotMatch(JSON.stringify(kept), /c2VjcmV0|secret/);
});
