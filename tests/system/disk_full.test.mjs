// A disk without room, played by a limit on the size of files that is lifted later.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { Subscriber, atEnd, limitFileSize, page, run, until } from './support/bellwether.mjs';

const wide = (session) => page('members', session, { cohort: session, ids: Array.from({ length: 500 }, (_, i) => `${session}-${i}-${'x'.repeat(100)}`) });

test('503 while there is no room, nothing acknowledged lost, and it recovers by itself', async (t) => {
  const subscriber = await Subscriber.start(t);
  limitFileSize(subscriber, 2_000_000);
  const acknowledged = [];
  let refused = null;
  for (let i = 0; !refused; ++i) {
    const response = await subscriber.sync(wide(`c${i}`));
    if (response.status === 200) acknowledged.push(`c${i}`);
    else refused = response;
    assert.ok(i < 1000);
  }
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get('retry-after'), '5');
  const body = await refused.json();
  assert.equal(body.action, 'members');
  assert.match(body.error.message, /receiver's (disk is full|storage failed)/);
  assert.equal((await fetch(`${subscriber.admin}/readyz`)).status, 503);
  assert.equal((await fetch(`${subscriber.admin}/healthz`)).status, 200);
  for (const cohort of acknowledged) assert.equal((await subscriber.get(`/v1/cohorts/8/${cohort}`)).members, 500);
  assert.match(subscriber.log, /storage does not take writes/);

  limitFileSize(subscriber, 'unlimited');
  await until(async () => (await fetch(`${subscriber.admin}/readyz`)).status === 200, 'it is ready again');
  assert.equal((await subscriber.sync(wide('after'))).status, 200);
  await subscriber.kill();
  const again = await Subscriber.start(t, { data: subscriber.data });
  for (const cohort of [...acknowledged, 'after']) assert.equal((await again.get(`/v1/cohorts/8/${cohort}`)).members, 500);
});

test('storage that another process locks is answered 503, not 4xx', async (t) => {
  const subscriber = await Subscriber.start(t);
  await subscriber.sync(page('members', 's', { ids: ['ann'] }));
  const locker = spawn('sqlite3', [join(subscriber.data, 'bellwether.db')]);
  atEnd(t, () => locker.kill('SIGKILL'));
  let said = '';
  locker.stdout.on('data', (text) => (said += text));
  locker.stdin.write("BEGIN IMMEDIATE;\nSELECT 'locked';\n");
  await until(() => said.includes('locked'), 'the file is locked');
  const response = await subscriber.sync(page('members', 't', { ids: ['bob'] }));
  assert.equal(response.status, 503);
  assert.match((await response.json()).error.message, /locked; try again/);
  locker.stdin.write('COMMIT;\n.exit\n');
  await until(async () => (await subscriber.sync(page('members', 't', { ids: ['bob'] }))).status === 200, 'it goes on');
});

test('a folder that cannot be made stops the start', () => {
  const started = run(['subscriber', '--data', '/proc/nowhere', '--listen', '127.0.0.1:0']);
  assert.equal(started.status, 1);
  assert.match(started.stderr, /cannot create the data folder \/proc\/nowhere/);
});
