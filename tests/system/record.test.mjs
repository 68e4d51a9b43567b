// `bellwether record` and `replay`: what one endpoint received is played at another.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Subscriber, alert, incremental, page, run, runBeside, temporaryFolder, until } from './support/bellwether.mjs';

const ids = (count) => Array.from({ length: count }, (_, i) => `m${i}`);

test('off by default', async (t) => {
  const subscriber = await Subscriber.start(t);
  await subscriber.sync(page('members', 's', { ids: ['ann'] }));
  const none = run(['record', '--data', subscriber.data]);
  assert.deepEqual([none.status, none.stdout], [0, '']);
  assert.match(none.stderr, /0 recorded requests; set data\.record_bytes/);
});

test('what was recorded makes the same mirror elsewhere, and says where it is answered otherwise', async (t) => {
  const config = '[data]\nrecord_bytes = 10000000\n';
  const first = await Subscriber.start(t, { config });
  await first.sync(page('members', 'load', { ids: ids(500) }), { Authorization: 'Basic c2VjcmV0', 'X-Api-Key': 'secret' });
  await first.sync(gzipSync(JSON.stringify(page('members', 'load', { ids: ids(500) }))), { 'Content-Encoding': 'gzip' });
  await incremental(first, 'r1', ['ann'], ['m7']);
  await first.alert(alert());
  await first.sync('{"action":');
  await first.sync(Buffer.from([0x7b, 0xff]));
  const file = join(temporaryFolder(t), 'recorded.ndjson');
  const lines = await until(() => {
    const { stdout } = run(['record', '--data', first.data]);
    return stdout.split('\n').length === 8 && stdout.trim().split('\n').map((line) => JSON.parse(line));
  }, 'all are kept');
  assert.deepEqual(lines.map(({ path, status }) => [path, status]), [...Array(4).fill(['/mixpanel/cohort-sync', 200]),
    ['/mixpanel/alerts', 200], ['/mixpanel/cohort-sync', 400], ['/mixpanel/cohort-sync', 400]]);
  assert.equal(lines[6].body_base64, Buffer.from([0x7b, 0xff]).toString('base64'));
  assert.doesNotMatch(JSON.stringify(lines), /c2VjcmV0|"secret"/);
  assert.equal(run(['record', '--data', first.data, file]).status, 0);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(readFileSync(file, 'utf8').trim().split('\n').length, 7);
  assert.match(run(['record', '--data', first.data, file]).stderr, /must not exist/);

  const second = await Subscriber.start(t);
  const same = await runBeside(['replay', file, `${second.url}/`]);
  assert.deepEqual([same.status, same.stdout], [0, '7 requests, 0 answered otherwise than when they were recorded\n'], same.stderr);
  assert.deepEqual(await second.members(), await first.members());
  const strict = await Subscriber.start(t, { config: '[[endpoint]]\npath = "/mixpanel/cohort-sync"\nkind = "cohort-sync"\nprojects = ["9"]\n' });
  const other = await runBeside(['replay', file, strict.url]);
  assert.equal(other.status, 1);
  assert.match(other.stdout, /line 1: \/mixpanel\/cohort-sync answers 403, recorded was 200: .*project 8 may not/);
  assert.match(run(['replay', '/dev/null/x', strict.url]).stderr, /cannot read/);
});

test('what is kept is bounded, the newest stay', async (t) => {
  const subscriber = await Subscriber.start(t, { config: '[data]\nrecord_bytes = 50000\n' });
  for (let i = 0; i < 60; i++) await subscriber.sync(page('members', `s${i}`, { ids: ids(100) }));
  await until(() => {
    const lines = run(['record', '--data', subscriber.data]).stdout.trim().split('\n').map((line) => JSON.parse(line));
    const bytes = lines.reduce((sum, { body }) => sum + body.length, 0);
    return lines.at(-1).body.includes('"s59"') && bytes < 130_000;
  }, 'the newest are kept, and not much more than asked for');
});
