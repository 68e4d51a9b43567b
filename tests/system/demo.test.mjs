// The demo, as `make run` starts it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { binary, runBeside, temporaryFolder, until } from './support/bellwether.mjs';

test('--once: a full load, an alert, a diff, an outage with recovery; the mirror equals the cohort each time', async () => {
  const done = await runBeside(['demo', '--once', '--customers', '300']);
  assert.equal(done.status, 0, done.stderr);
  const runs = done.stdout.split('\n').filter((line) => / run +\d+ /.test(line));
  assert.equal(runs.length, 6, done.stdout);
  assert.equal(runs.filter((line) => line.endsWith('equal')).length, 6);
  assert.equal(runs.filter((line) => line.includes('full load')).length, 2);
  assert.match(done.stdout, /Sales stopped +alert +1 +\$0: below \$1 +in the inbox\n/);
});

const hideCgroups = ['--mount', 'sh', '-c', 'mount -t tmpfs none /sys && exec "$@"', 'hidden'];
const canHide = spawnSync('unshare', [...hideCgroups, 'true']).status === 0;

test('the engine itself prints nothing, also where there is no cgroup file system', { skip: canHide ? false : 'needs root to hide /sys' }, async () => {
  const child = spawn('unshare', [...hideCgroups, binary, 'demo', '--once', '--customers', '50']);
  let printed = '';
  child.stdout.on('data', (text) => (printed += text));
  child.stderr.on('data', (text) => (printed += text));
  assert.equal(await new Promise((resolve) => child.on('close', resolve)), 0, printed);
  for (const line of printed.trim().split('\n')) assert.match(line, /^\d\d:\d\d:\d\d  /);
});

test('it runs until it is told to stop, and ends cleanly; its data stays where it was asked to', async (t) => {
  const data = join(temporaryFolder(t), 'demo');
  const child = spawn(binary, ['demo', '--data', data, '--customers', '100', '--interval', '1']);
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  const ended = new Promise((resolve) => child.on('close', resolve));
  await until(() => / run +3 .*equal/.test(output), 'three runs have ended', 30_000);
  child.kill('SIGINT');
  assert.equal(await ended, 0);
  assert.match(output, /curl http:\/\/127\.0\.0\.1:\d+\/v1\/syncs/);
  assert.ok(existsSync(join(data, 'publisher', 'publisher.db')));
});
