// The command line as a new user meets it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DatabaseSync } from './support/sqlite.mjs';
import { Subscriber, alert, atEnd, binary, incremental, page, run, temporaryFolder, until } from './support/bellwether.mjs';
import { Raw, request } from './support/raw.mjs';

const commands = ['subscriber', 'cohorts', 'alerts', 'changes', 'backup', 'config', 'contract', 'hash-password'];

test('--help everywhere', () => {
  const help = run(['--help']);
  assert.equal(help.status, 0);
  for (const command of commands) {
    assert.ok(help.stdout.includes(command), command);
    const own = run([command, '--help']);
    assert.equal(own.status, 0);
    assert.match(own.stdout, /Usage|OPTIONS|Options/i);
  }
  assert.match(run(['--version']).stdout, /^\d+\.\d+\.\d+\n$/);
  assert.notEqual(run([]).status, 0);
  assert.notEqual(run(['subscribr']).status, 0);
});

test('the default configuration is commented and starts', async (t) => {
  const { stdout } = run(['config']);
  assert.ok(stdout.split('\n').every((line) => line === '' || line.startsWith('#') || line.startsWith('[')));
  await Subscriber.start(t, { config: stdout });
});

test('a wrong configuration stops the start with file and line', (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'b.toml');
  const start = (text) => {
    writeFileSync(file, text);
    return run(['subscriber', '--config', file, '--data', join(folder, 'data')]);
  };
  const typo = start('[server]\n\nlissten = "127.0.0.1:0"\n');
  assert.equal(typo.status, 1);
  assert.match(typo.stderr, /b\.toml:3: unknown key "server\.lissten"; \[server\] has: listen,/);
  assert.match(start('[limits]\nbody_bytes = "big"\n').stderr, /b\.toml:2: limits\.body_bytes: expected an integer from/);
  assert.match(start('[server\n').stderr, /b\.toml:1: /);
  assert.match(run(['subscriber', '--config', join(folder, 'none.toml')]).stderr, /none\.toml cannot be read/);
  assert.match(run(['subscriber', '--listen', 'nowhere']).stderr, /"nowhere" is no address: write IP:PORT/);
  assert.ok(!existsSync(join(folder, 'data')), 'nothing was begun');
});

test('a second start on the same data says which process holds it', async (t) => {
  const subscriber = await Subscriber.start(t);
  const second = run(['subscriber', '--data', subscriber.data, '--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0']);
  assert.equal(second.status, 1);
  assert.match(second.stderr, new RegExp(`in use by process ${subscriber.process.pid}\\b`));
  const taken = run(['subscriber', '--data', join(temporaryFolder(t), 'd'), '--listen', subscriber.address]);
  assert.match(taken.stderr, /cannot listen on .*in use/);
});

test('a data file of a newer version is refused with both numbers', async (t) => {
  const subscriber = await Subscriber.start(t);
  await subscriber.stop();
  const database = new DatabaseSync(join(subscriber.data, 'bellwether.db'));
  database.exec('PRAGMA user_version = 99');
  database.close();
  const started = run(['subscriber', '--data', subscriber.data, '--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0']);
  assert.equal(started.status, 1);
  assert.match(started.stderr, /schema version 99, this program knows versions up to \d+/);
});

test('the data is a SQLite file in WAL mode that other tools read', async (t) => {
  const subscriber = await Subscriber.start(t);
  await subscriber.sync(page('members', 's', { ids: ['ann'] }));
  const database = new DatabaseSync(join(subscriber.data, 'bellwether.db'), { readOnly: true });
  assert.equal(database.get('PRAGMA journal_mode').journal_mode, 'wal');
  assert.equal(database.get('SELECT distinct_id FROM member').distinct_id, 'ann');
  database.close();
});

test('SIGTERM and Ctrl-C finish what was begun and exit 0', async (t) => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    const subscriber = await Subscriber.start(t);
    const raw = await Raw.connect(subscriber.port);
    const idle = await Raw.connect(subscriber.port);
    const text = request(page('members', 's', { ids: ['ann'] }));
    raw.send(text.slice(0, -10));
    await new Promise((resolve) => setTimeout(resolve, 50));
    subscriber.process.kill(signal);
    await until(() => idle.closed, 'idle connections are closed');
    raw.send(text.slice(-10));
    const answer = await raw.response();
    assert.equal(answer.status, 200);
    assert.match(answer.head, /Connection: close/i);
    assert.deepEqual(await subscriber.ended, { code: 0, signal: null });
    const again = await Subscriber.start(t, { data: subscriber.data });
    assert.deepEqual(await again.members(), ['ann']);
  }
});

test('SIGTERM is bounded', async (t) => {
  const subscriber = await Subscriber.start(t, { config: '[server]\nstop_within = "300ms"\n' });
  const raw = await Raw.connect(subscriber.port);
  raw.send(request(page('members', 's')).slice(0, -10));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const begun = Date.now();
  assert.equal((await subscriber.stop()).code, 0);
  assert.ok(Date.now() - begun < 5000);
});

test('backup while it runs, and a start from it', async (t) => {
  const subscriber = await Subscriber.start(t);
  await subscriber.sync(page('members', 's', { ids: ['ann'] }));
  const folder = temporaryFolder(t);
  const file = join(folder, 'bellwether.db');
  assert.equal(run(['backup', file, '--data', subscriber.data]).status, 0);
  assert.match(run(['backup', file, '--data', subscriber.data]).stderr, /exists already/);
  assert.match(run(['backup', join(folder, 'x'), '--data', join(folder, 'none')]).stderr, /no data file/);
  await subscriber.sync(page('members', 't', { ids: ['bob'] }));
  const restored = await Subscriber.start(t, { data: folder });
  assert.deepEqual(await restored.members(), ['ann']);
});

test('cohorts, alerts and changes as tables and as JSON', async (t) => {
  const subscriber = await Subscriber.start(t, { env: { BELLWETHER_ADMIN_TOKEN: 'secret' } });
  const ask = (...args) => run([...args, '--admin', subscriber.admin.slice(7)], { env: { ...process.env, BELLWETHER_ADMIN_TOKEN: 'secret' } });
  await subscriber.sync(page('members', 's', { ids: ['ann', 'bob'] }));
  await subscriber.alert(alert());
  assert.match(ask('cohorts').stdout, /^PROJECT {2}COHORT {2}NAME .*\n8 +12 +Cohort 12 +2 +0 /);
  assert.match(ask('alerts').stdout, /Sign-ups above zero +above 0/);
  assert.match(ask('changes').stdout, /\n1 +\S+ +entered +8 +12 +ann +s\n/);
  assert.match(ask('changes', '--limit', '1').stderr, /there is more: --after 1/);
  assert.equal(JSON.parse(ask('cohorts', '--json').stdout).data[0].members, 2);
  const refused = run(['cohorts', '--admin', subscriber.admin.slice(7)]);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /Authorization: Bearer/);
  assert.match(run(['cohorts', '--admin', '127.0.0.1:1']).stderr, /is the subscriber running there\?/);
});

test('changes --follow goes on after a restart of the subscriber', async (t) => {
  const subscriber = await Subscriber.start(t);
  const admin = subscriber.admin.slice(7);
  const follow = spawn(binary, ['changes', '--follow', '--json', '--after', '0', '--admin', admin]);
  atEnd(t, () => follow.kill('SIGKILL'));
  let out = '';
  follow.stdout.on('data', (text) => (out += text));
  await subscriber.sync(page('members', 's', { ids: ['ann'] }));
  await until(() => out.includes('"ann"'), 'ann is printed');
  await subscriber.stop();
  const again = await Subscriber.start(t, { data: subscriber.data, adminListen: admin });
  await incremental(again, 't', ['bob'], []);
  await until(() => out.includes('"bob"'), 'bob is printed');
  assert.deepEqual(out.trim().split('\n').map((line) => JSON.parse(line).seq), [1, 2]);
});

test('logs: a line a session at info, a line a request at debug, and no member', async (t) => {
  const info = await Subscriber.start(t);
  await info.sync(page('members', 's', { ids: ['very-secret-ann'] }));
  await info.sync('{"very-secret');
  await info.stop();
  assert.match(info.log, /level=info msg=session project=8 cohort=12 session=s attempt=1 state=applied .*entered=1/);
  assert.doesNotMatch(info.log, /very-secret|msg=request/);
  const debug = await Subscriber.start(t, { config: '[log]\nlevel = "debug"\n' });
  await debug.sync(page('members', 's', { ids: ['very-secret-ann'] }));
  await debug.stop();
  assert.match(debug.log, /level=debug msg=request path=\/mixpanel\/cohort-sync .*status=200/);
  assert.doesNotMatch(debug.log, /very-secret/);
});

test('hash-password reads from standard input', () => {
  assert.match(run(['hash-password'], { input: 'x\n' }).stdout, /^pbkdf2-sha256\$\d+\$\S+\$\S+\n$/);
  assert.equal(run(['hash-password'], { input: '\n' }).status, 1);
});
