// Streams share the private listener with each other and with everything else, and hold up nothing.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';
import { Subscriber, incremental, page, until } from './support/bellwether.mjs';

const ids = (count) => Array.from({ length: count }, (_, i) => `m${String(i).padStart(6, '0')}`);

async function load(subscriber, count) {
  const all = ids(count);
  const pages = Math.ceil(count / 1000);
  for (let i = 0; i < pages; ++i) {
    await subscriber.sync(page('members', 'load', { index: i + 1, total: pages, ids: all.slice(i * 1000, i * 1000 + 1000) }));
  }
  await until(async () => (await subscriber.get('/v1/cohorts/8/12')).members === count, 'the load is applied');
}

/** Follows the feed from a cursor; `seqs` grows while it is open. */
async function follow(t, subscriber, after) {
  const abort = new AbortController();
  const response = await fetch(`${subscriber.admin}/v1/changes?after=${after}`, { headers: { Accept: 'text/event-stream' }, signal: abort.signal });
  assert.equal(response.status, 200);
  const follower = { seqs: [], ended: undefined, hangUp: () => abort.abort() };
  follower.ended = (async () => {
    let text = '';
    for await (const chunk of response.body) {
      text += Buffer.from(chunk).toString();
      const whole = text.lastIndexOf('\n\n') + 1;
      for (const [, seq] of text.slice(0, whole).matchAll(/^id: (\d+)$/gm)) follower.seqs.push(Number(seq));
      text = text.slice(whole);
    }
  })().catch((error) => error);
  t.after(() => abort.abort());
  return follower;
}

/** Seconds of processor time that a process has used. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function answers(subscriber, path) {
  const response = await fetch(subscriber.admin + path, { signal: AbortSignal.timeout(5000) });
  assert.equal(response.status, 200, path);
  await response.arrayBuffer();
}

for (const count of [999, 1000, 1001, 2000, 3000]) {
  test(`a follower whose backlog is ${count} changes waits for the next without spinning`, async (t) => {
    const subscriber = await Subscriber.start(t);
    await load(subscriber, count);
    const follower = await follow(t, subscriber, 0);
    await until(() => follower.seqs.length === count, 'the backlog has come');
    const before = cpuSeconds(subscriber.process.pid);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.ok(cpuSeconds(subscriber.process.pid) - before < 0.75, 'it waits without working');
    for (const path of ['/healthz', '/readyz', '/metrics', '/v1/cohorts', '/v1/changes?after=latest']) await answers(subscriber, path);
    await incremental(subscriber, 'next', ['new'], []);
    await until(() => follower.seqs.at(-1) === count + 1, 'what happens next comes too');
    assert.deepEqual(follower.seqs, Array.from({ length: count + 1 }, (_, i) => i + 1));
  });
}

test('many followers and exports beside each other all get everything, and probes are answered', async (t) => {
  const subscriber = await Subscriber.start(t);
  const count = 20_000;
  await load(subscriber, count);
  const followers = await Promise.all(Array.from({ length: 20 }, () => follow(t, subscriber, 0)));
  const exports = Array.from({ length: 10 }, async () => {
    const response = await fetch(`${subscriber.admin}/v1/cohorts/8/12/members`, { headers: { Accept: 'text/csv' } });
    return (await response.text()).trimEnd().split('\r\n').length - 1;
  });
  let done = false;
  const probing = (async () => {
    let probes = 0;
    for (; !done; ++probes) for (const path of ['/healthz', '/readyz', '/metrics']) await answers(subscriber, path);
    return probes;
  })();
  assert.deepEqual(await Promise.all(exports), Array(10).fill(count));
  await until(() => followers.every(({ seqs }) => seqs.length === count), 'all followers have everything', 60_000);
  done = true;
  assert.ok((await probing) > 0);
});

test('followers never take all places: probes are answered, and who hangs up gives the place back at once', async (t) => {
  const subscriber = await Subscriber.start(t);
  await load(subscriber, 10);
  const limit = 64;
  const followers = await Promise.all(Array.from({ length: limit }, () => follow(t, subscriber, 0)));
  const refused = await fetch(`${subscriber.admin}/v1/changes?after=0`, { headers: { Accept: 'text/event-stream' } });
  assert.equal(refused.status, 503);
  assert.match((await refused.json()).error.message, /64 streams are open/);
  for (const path of ['/healthz', '/readyz', '/metrics', '/v1/cohorts']) await answers(subscriber, path);
  followers.forEach((follower) => follower.hangUp());
  await until(async () => {
    const response = await fetch(`${subscriber.admin}/v1/changes?after=0`, { headers: { Accept: 'text/event-stream' } });
    await response.body.cancel();
    return response.status === 200;
  }, 'a place is free', 5_000);
});

/** An export that is begun and then not read. */
async function unread(t, subscriber) {
  const { hostname, port } = new URL(subscriber.admin);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  socket.write(`GET /v1/cohorts/8/12/members HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAccept: application/x-ndjson\r\n\r\n`);
  await once(socket, 'readable');
  return socket;
}

test('stopping ends streams at once, also those that nobody reads', async (t) => {
  const subscriber = await Subscriber.start(t);
  await load(subscriber, 300_000); // more than the sockets' buffers hold
  const follower = await follow(t, subscriber, 0);
  for (let i = 0; i < 8; ++i) await unread(t, subscriber);
  await until(() => follower.seqs.length > 0, 'the stream has begun');
  const begun = Date.now();
  const { code } = await subscriber.stop();
  assert.ok(Date.now() - begun < 5_000, `it took ${Date.now() - begun} ms`);
  assert.equal(code, 0);
  await follower.ended;
});
