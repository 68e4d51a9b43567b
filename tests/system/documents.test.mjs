// What the documents and the examples tell a newcomer to do works as they say.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Subscriber, makeCertificate, run, temporaryFolder } from './support/bellwether.mjs';

const root = new URL('../../', import.meta.url);
const read = (name) => readFileSync(new URL(name, root), 'utf8');

/** The indented blocks of a document that begin with `start`. */
function commands(document, start) {
  return document.split(/\n(?=\S|\n)/).map((block) => block.replace(/^ {4}/gm, '').trim())
    .filter((block) => block.startsWith(start));
}

test('the README\'s first webhook is mirrored', async (t) => {
  const subscriber = await Subscriber.start(t);
  const [first] = commands(read('README.md'), 'curl -H');
  const sent = spawnSync('bash', ['-c', first.replace('127.0.0.1:8080', subscriber.address)], { encoding: 'utf8' });
  assert.equal(sent.stdout, '{"action":"members","status":"success"}', sent.stderr);
  assert.deepEqual(await subscriber.members(), ['ann', 'bob']);
  assert.ok(read('README.md').includes('`{"action":"members","status":"success"}`'));
});

test('the example configuration starts, with a certificate of its own', async (t) => {
  const { key, certificate } = makeCertificate(temporaryFolder(t), 'example');
  const config = read('examples/bellwether.toml')
    .replace('/etc/bellwether/fullchain.pem', certificate).replace('/etc/bellwether/key.pem', key);
  const subscriber = await Subscriber.start(t, { config, env: { COHORT_PASSWORD: 'a', ALERT_PASSWORD: 'b' } });
  assert.match(subscriber.url, /^https/);
  const missing = run(['subscriber', '--config', new URL('examples/bellwether.toml', root).pathname, '--data', join(temporaryFolder(t), 'd')]);
  assert.match(missing.stderr, /bellwether\.toml:\d+: the environment variable COHORT_PASSWORD is not set/);
});

test('the systemd unit calls the binary as it wants to be called', () => {
  const unit = read('examples/bellwether.service');
  const [, called] = /^ExecStart=\S+ (.*)$/m.exec(unit);
  const [command, ...options] = called.split(' ');
  const help = run([command, '--help']).stdout;
  for (const option of options.filter((word) => word.startsWith('--'))) assert.ok(help.includes(option), option);
});

test('every call of docs/api.md is there, and every link of the documents leads somewhere', async (t) => {
  const subscriber = await Subscriber.start(t);
  for (const [, path] of read('docs/api.md').matchAll(/`GET (\/[^`?]*)/g)) {
    const response = await fetch(subscriber.admin + path.replace(/\{\w+\}/g, 'x'));
    const body = await response.text();
    assert.ok(!body.includes('there is nothing at this path'), path);
  }
  const documents = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...readdirSync(new URL('docs/', root)).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
  for (const document of documents) {
    for (const [, link] of read(document).matchAll(/\]\((?!http)([^)#]+)\)/g)) {
      const target = new URL(link, new URL(document, root));
      assert.doesNotThrow(() => (link.endsWith('/') ? readdirSync(target) : readFileSync(target)), `${document}: ${link}`);
    }
  }
});
