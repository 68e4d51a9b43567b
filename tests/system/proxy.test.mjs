// The subscriber behind a real nginx: with nginx's defaults, and with examples/nginx.conf.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { Subscriber, incremental, makeCertificate, page, runBeside, temporaryFolder, until } from './support/bellwether.mjs';
import { freePort, startNginx } from './support/nginx.mjs';

const example = readFileSync(new URL('../../examples/nginx.conf', import.meta.url), 'utf8');

/** nginx in front of a subscriber; `configure({subscriberPort, port, certificate, key})` gives nginx's blocks. */
async function behindNginx(t, configure, options = {}) {
  const { key, certificate } = makeCertificate(temporaryFolder(t), 'nginx');
  const subscriber = await Subscriber.start(t, { config: '[server]\ntrusted_proxies = "127.0.0.1"\n', ...options });
  const port = await freePort();
  await startNginx(t, configure({ subscriberPort: subscriber.port, port, certificate, key }));
  const url = `https://127.0.0.1:${port}/mixpanel/cohort-sync`;
  const ca = readFileSync(certificate);
  /** Posts a page through nginx; `abandon` closes the connection as soon as the page is sent. */
  const post = (body, { abandon = false } = {}) => new Promise((resolve, reject) => {
    const sent = httpsRequest(url, { method: 'POST', ca, agent: false, headers: { 'Content-Type': 'application/json' } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => (text += part)).on('end', () => resolve({ status: answer.statusCode, text }));
    });
    sent.on('error', (error) => (abandon ? resolve({ status: 0 }) : reject(error)));
    sent.end(JSON.stringify(body), () => { if (abandon) setTimeout(() => sent.destroy(), 30); });
  });
  return { subscriber, url, certificate, post };
}

const defaults = ({ subscriberPort, port, certificate, key }) => `server { listen 127.0.0.1:${port} ssl;
  ssl_certificate ${certificate}; ssl_certificate_key ${key};
  location /mixpanel/ { proxy_pass http://127.0.0.1:${subscriberPort}; } }`;

/** examples/nginx.conf as it stands, but for its names, ports and certificate. */
const fromExample = (http) => ({ subscriberPort, port, certificate, key }) => example
  .replace('127.0.0.1:8080;', `127.0.0.1:${subscriberPort};`).replace('listen 443', `listen 127.0.0.1:${port}`)
  .replace('listen 80', `listen 127.0.0.1:${http}`)
  .replace(/\/etc\/letsencrypt\S+fullchain.pem/, certificate).replace(/\/etc\/letsencrypt\S+privkey.pem/, key);

async function check(proxy) {
  const { subscriber, url, certificate } = proxy;
  const done = await runBeside(['check', url, '--ca-file', certificate, '--mirror-url',
    `${subscriber.admin}/v1/cohorts/{project}/{cohort}/members`, '--json']);
  const { cases } = JSON.parse(done.stdout);
  return cases.filter(({ verdict }) => verdict === 'failed');
}

/** A page of about 1.3 MB: 1,000 members with what people send of them. */
const large = (session) => page('members', session, { ids: Array.from({ length: 1000 }, (_, i) => ({
  mixpanel_distinct_id: `user-${i}`, email: `user-${i}@example.com`, about: 'x'.repeat(1200) })) });

test('with nginx\'s defaults every case of check passes, but large pages are refused before they come', async (t) => {
  const proxy = await behindNginx(t, defaults);
  assert.deepEqual(await check(proxy), []);
  const refused = await proxy.post(large('big'));
  assert.equal(refused.status, 413);
  assert.match(refused.text, /nginx/, 'by nginx, not by us');
});

test('with the example every case passes, large pages too', async (t) => {
  const http = await freePort();
  const proxy = await behindNginx(t, fromExample(http));
  assert.deepEqual(await check(proxy), []);
  assert.equal((await proxy.post(large('big'))).status, 200);
  assert.equal((await proxy.subscriber.members()).length, 1000);
  const plain = await fetch(`http://127.0.0.1:${http}/mixpanel/cohort-sync`, { redirect: 'manual', headers: { Host: 'hooks.example.com' } });
  assert.equal(plain.status, 301);
});

for (const [name, configure] of [['its defaults', async () => defaults], ['the example', async () => fromExample(await freePort())]]) {
  test(`a sender that never saw the answers converges, behind nginx with ${name}`, async (t) => {
    const { subscriber, post } = await behindNginx(t, await configure());
    await post(page('members', 'load', { ids: ['ann'] }));
    await post(page('add_members', 's1', { index: 1, total: 2, ids: ['bob', 'cyd'] }));
    // The answer reaches nginx; the sender has gone, and tries again, and goes again.
    for (let i = 0; i < 2; i++) await post(page('remove_members', 's1', { index: 2, total: 2, ids: ['ann'] }), { abandon: true });
    await until(async () => ['applied', 'in_doubt'].includes((await subscriber.session('s1'))?.state), 'it is applied');
    // For the sender s1 failed. cyd has left meanwhile.
    for (const [action, index, ids] of [['add_members', 1, ['bob']], ['remove_members', 2, ['ann']]])
      assert.equal((await post(page(action, 's2', { index, total: 2, ids }))).status, 200);
    assert.deepEqual(await subscriber.members(), ['bob']);
    assert.equal((await subscriber.session('s1')).state, 'refuted');
  });

  test(`a subscriber that is killed behind nginx with ${name} loses nothing that was answered`, async (t) => {
    const listen = `127.0.0.1:${await freePort()}`;
    const { subscriber, post } = await behindNginx(t, await configure(), { listen });
    await post(page('members', 'load', { ids: [] }));
    /** As a sender tries: again after a 5xx. */
    const deliver = async (body) => {
      await until(async () => (await post(body)).status === 200, 'the page is taken');
    };
    let current = subscriber;
    for (let run = 1; run <= 6; run++) {
      await deliver(page('add_members', `r${run}`, { index: 1, total: 2, ids: [`m${run}`] }));
      const killed = current.kill().then(() => Subscriber.start(t, { data: subscriber.data, listen }));
      await deliver(page('remove_members', `r${run}`, { index: 2, total: 2, ids: run === 1 ? [] : [`m${run - 1}`] }));
      current = await killed;
    }
    await incremental(current, 'last', [], []);
    assert.deepEqual(await current.members(), ['m6']);
  });
}
