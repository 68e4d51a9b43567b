// TLS: versions, a certificate reloaded on SIGHUP, curl as a real client.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Subscriber, makeCertificate, page, run, temporaryFolder, until } from './support/bellwether.mjs';
import { Raw, request } from './support/raw.mjs';

function start(t, { key, certificate }) {
  return Subscriber.start(t, { config: `[server]\ntls_certificate = "${certificate}"\ntls_key = "${key}"\n` });
}

const peerName = (raw) => raw.socket.getPeerCertificate().subject.CN;

test('curl posts over HTTPS and checks the certificate', async (t) => {
  const files = makeCertificate(temporaryFolder(t), 'localhost');
  const subscriber = await start(t, files);
  assert.match(subscriber.url, /^https:/);
  const curl = spawnSync('curl', ['-sS', '--cacert', files.certificate, '-H', 'Content-Type: application/json', '-d',
    JSON.stringify(page('members', 's', { ids: ['ann'] })), `${subscriber.url}/mixpanel/cohort-sync`], { encoding: 'utf8' });
  assert.equal(curl.stdout, '{"action":"members","status":"success"}', curl.stderr);
  assert.deepEqual(await subscriber.members(), ['ann']);
});

test('TLS 1.2 and 1.3, nothing older', async (t) => {
  const subscriber = await start(t, makeCertificate(temporaryFolder(t), 'localhost'));
  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    const raw = await Raw.connect(subscriber.port, { tls: { minVersion: version, maxVersion: version } });
    assert.equal(raw.socket.getProtocol(), version);
    raw.send(request(page('members', version)));
    assert.equal((await raw.response()).status, 200);
    raw.close();
  }
  await assert.rejects(Raw.connect(subscriber.port, {
    tls: { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } }));
});

test('SIGHUP reads the certificate again without dropping connections', async (t) => {
  const folder = temporaryFolder(t);
  const first = makeCertificate(folder, 'first');
  const second = makeCertificate(folder, 'second');
  const subscriber = await start(t, first);
  const old = await Raw.connect(subscriber.port, { tls: {} });
  old.send(request(page('members', 'a')));
  assert.equal((await old.response()).status, 200);
  copyFileSync(second.key, first.key);
  copyFileSync(second.certificate, first.certificate);
  subscriber.process.kill('SIGHUP');
  await until(() => subscriber.log.includes('certificate again'), 'it has read it');
  const fresh = await Raw.connect(subscriber.port, { tls: {} });
  assert.equal(peerName(fresh), 'second');
  assert.equal(peerName(old), 'first');
  old.send(request(page('members', 'b')));
  assert.equal((await old.response()).status, 200);
  copyFileSync(makeCertificate(folder, 'third').key, first.key);
  subscriber.process.kill('SIGHUP');
  await until(() => subscriber.log.includes('kept the old'), 'it refuses files that do not belong together');
  assert.equal(peerName(await Raw.connect(subscriber.port, { tls: {} })), 'second');
});

test('a certificate that does not read stops the start', async (t) => {
  const folder = temporaryFolder(t);
  const { key } = makeCertificate(folder, 'one');
  const { certificate } = makeCertificate(folder, 'two');
  const started = run(['subscriber', '--data', join(folder, 'd'), '--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0'],
    { env: { ...process.env, BELLWETHER_SERVER_TLS_CERTIFICATE: certificate, BELLWETHER_SERVER_TLS_KEY: key } });
  assert.notEqual(started.status, 0);
  assert.match(started.stderr, /cannot be used with the certificate .*key values mismatch/);
});

test('the fate of an answer is seen through TLS too', async (t) => {
  const subscriber = await start(t, makeCertificate(temporaryFolder(t), 'localhost'));
  const raw = await Raw.connect(subscriber.port, { tls: {} });
  raw.send(request(page('add_members', 's', { index: 1, total: 2, ids: ['ann'] })));
  await raw.response();
  raw.send(request(page('remove_members', 's', { index: 2, total: 2 })));
  await raw.response();
  assert.equal((await subscriber.session('s')).state, 'applied');
  raw.close();
  const gone = await Raw.connect(subscriber.port, { tls: {} });
  gone.send(request(page('add_members', 't', { index: 1, total: 2, ids: ['bob'] })));
  await gone.response();
  gone.send(request(page('remove_members', 't', { index: 2, total: 2 })));
  await until(async () => (await subscriber.session('t'))?.state === 'applied', 'it is applied');
  gone.reset();
  await until(async () => (await subscriber.session('t')).state === 'in_doubt', 'the reset is seen');
});
