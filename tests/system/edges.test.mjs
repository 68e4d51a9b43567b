// What comes in from web pages, what goes out to terminals and other programs, and what is left on the disk.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Subscriber, alert, binary, page, run, runBeside, temporaryFolder, until } from './support/bellwether.mjs';
import { openWindow } from './support/browser.mjs';
import { Publisher } from './support/publisher.mjs';
import { DatabaseSync } from './support/sqlite.mjs';

/** A request with exactly these headers; its status and body. */
function ask(url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers }, (response) => {
      let text = '';
      response.on('data', (piece) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const named = (host) => ({ headers: { Host: host } });

async function checkHosts(service, path, setting) {
  const port = service.admin.split(':').at(-1);
  for (const host of ['localhost', `LocalHost:${port}`, `127.0.0.1:${port}`, '[::1]:1', 'ops.example.com:8000']) {
    assert.equal((await ask(service.admin + path, named(host))).status, 200, host);
  }
  for (const host of [`evil.example:${port}`, '127.0.0.1.evil.example', '192.0.2.1']) {
    const refused = await ask(service.admin + path, named(host));
    assert.equal(refused.status, 421, host);
    assert.match(JSON.parse(refused.text).error.message, new RegExp(setting.replace('.', '\\.')));
    assert.equal(refused.headers['x-content-type-options'], 'nosniff');
    for (const probe of ['/healthz', '/readyz']) assert.equal((await ask(service.admin + probe, named(host))).status, 200, probe);
  }
}

test('a private listener without a token answers to its own names only', async (t) => {
  const subscriber = await Subscriber.start(t, { config: '[admin]\nhosts = "ops.example.com"\n' });
  await checkHosts(subscriber, '/v1/cohorts', 'admin.hosts');
  const publisher = await Publisher.start(t, {
    config: '[publisher]\nadmin_hosts = "ops.example.com"\n[alerts]\nbase_url = "https://pages.example.com/"\n' });
  await checkHosts(publisher, '/v1/projects', 'publisher.admin_hosts');
  assert.equal((await ask(`${publisher.admin}/v1/projects`, named('pages.example.com'))).status, 200);
  const made = await ask(`${publisher.admin}/v1/projects/66`, { method: 'PUT', body: '{"name":"evil","token":"e"}', headers: {
    Host: 'evil.example:8091', Origin: 'http://evil.example:8091', 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/json' } });
  assert.equal(made.status, 421);
  assert.deepEqual((await publisher.call('GET', '/v1/projects')).data, []);
});

test('with a token a private listener may be called by any name', async (t) => {
  const subscriber = await Subscriber.start(t, { env: { BELLWETHER_ADMIN_TOKEN: 'geheim' } });
  const answer = await ask(`${subscriber.admin}/v1/cohorts`, { headers: { Host: 'any.example', Authorization: 'Bearer geheim' } });
  assert.equal(answer.status, 200);
});

test('a web page sends nothing to a subscriber', async (t) => {
  const subscriber = await Subscriber.start(t);
  const body = JSON.stringify(page('members', 's1', { ids: ['a'] }));
  const url = `${subscriber.url}/mixpanel/cohort-sync`;
  for (const headers of [{ Origin: 'http://evil.example' }, { Origin: 'null' }, { Origin: subscriber.url }, { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' }, { 'Sec-Fetch-Site': 'same-origin' }]) {
    const refused = await ask(url, { method: 'POST', headers, body });
    assert.equal(refused.status, 403, JSON.stringify(headers));
    assert.match(JSON.parse(refused.text).error.message, /web pages/);
  }
  assert.deepEqual((await subscriber.get('/v1/cohorts')).data, []);
  const taken = await ask(url, { method: 'POST', body });
  assert.equal(taken.status, 200, 'without a media type it counts as JSON');
  assert.equal(taken.headers['x-content-type-options'], 'nosniff');
});

test('Chromium delivers neither a beacon nor a blob without a type', async (t) => {
  const subscriber = await Subscriber.start(t);
  const server = http.createServer((request, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>page</p>'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => { server.close(); server.closeAllConnections(); });
  const window = await openWindow(t, { javaScriptEnabled: true });
  await window.goto(`http://localhost:${server.address().port}/`);
  const sent = await window.evaluate(async ({ url, cohort, fired }) => {
    const blob = (text) => new Blob([text]);
    const done = [];
    await fetch(`${url}/mixpanel/cohort-sync`, { method: 'POST', mode: 'no-cors', body: blob(cohort) }).then(() => done.push('fetch'), () => {});
    if (navigator.sendBeacon(`${url}/mixpanel/alerts`, blob(fired))) done.push('beacon');
    return done;
  }, { url: subscriber.url, cohort: JSON.stringify(page('members', 's1', { ids: ['a'] })), fired: JSON.stringify(alert()) });
  assert.ok(sent.length > 0, 'the page sent something');
  await until(async () => /bellwether_http_requests_total\{[^}]*status="403"[^}]*\} [12]/.test(await (await fetch(`${subscriber.admin}/metrics`)).text()), 'it was refused');
  assert.deepEqual([(await subscriber.get('/v1/cohorts')).data, (await subscriber.get('/v1/alerts')).data], [[], []]);
});

test('after a clean stop the data file alone holds everything', async (t) => {
  const folder = temporaryFolder(t);
  const subscriber = await Subscriber.start(t);
  assert.equal((await subscriber.sync(page('members', 's1', { ids: ['a', 'b'] }))).status, 200);
  assert.deepEqual(await subscriber.members(), ['a', 'b']);
  await subscriber.stop();
  mkdirSync(join(folder, 'subscriber'));
  cpSync(join(subscriber.data, 'bellwether.db'), join(folder, 'subscriber', 'bellwether.db'));
  const copy = await Subscriber.start(t, { data: join(folder, 'subscriber') });
  assert.deepEqual(await copy.members(), ['a', 'b']);

  const publisher = await Publisher.start(t);
  await publisher.apply({ projects: [{ id: '8', name: 'Shop', token: 'token', secret: 'secret' }] });
  assert.equal((await publisher.call('GET', '/v1/projects')).data.length, 1);
  await publisher.stop();
  mkdirSync(join(folder, 'publisher'));
  cpSync(join(publisher.data, 'publisher.db'), join(folder, 'publisher', 'publisher.db'));
  cpSync(join(publisher.data, 'events'), join(folder, 'publisher', 'events'), { recursive: true });
  const other = await Publisher.start(t, { data: join(folder, 'publisher') });
  assert.deepEqual((await other.call('GET', '/v1/projects')).data.map(({ id }) => id), ['8']);
});

test('a data file whose log is gone does not start with nothing', async (t) => {
  const data = temporaryFolder(t);
  const archive = new URL('../data/0.1/subscriber.tar.gz', import.meta.url).pathname;
  assert.equal(spawnSync('tar', ['-C', data, '-xzf', archive]).status, 0);
  const log = join(data, 'subscriber', 'bellwether.db-wal');
  writeFileSync(log, Buffer.alloc(statSync(log).size, 'x'));
  const start = () => run(['subscriber', '--data', join(data, 'subscriber'), '--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0']);
  for (const damage of ['overwritten', 'removed']) {
    const ended = start();
    assert.equal(ended.status, 1, damage);
    assert.match(ended.stderr, /holds no tables: its write-ahead log \S+bellwether\.db-wal/);
    rmSync(log, { force: true });
  }
  assert.ok(readdirSync(join(data, 'subscriber')).includes('bellwether.db-wal.damaged'));
});

test('files of a service are its own', async (t) => {
  const mode = (...path) => (statSync(join(...path)).mode & 0o777).toString(8);
  let subscriber = await Subscriber.start(t);
  await subscriber.sync(page('members', 's1', { ids: ['a'] }));
  assert.equal(mode(subscriber.data), '700');
  for (const name of readdirSync(subscriber.data)) assert.equal(mode(subscriber.data, name), '600', name);
  const backup = join(temporaryFolder(t), 'backup.db');
  assert.equal(run(['backup', '--data', subscriber.data, backup]).status, 0);
  assert.equal(mode(backup), '600');
  await subscriber.stop();
  const { data } = subscriber;
  chmodSync(data, 0o755);
  for (const name of readdirSync(data)) chmodSync(join(data, name), 0o644);
  subscriber = await Subscriber.start(t, { data });
  for (const name of readdirSync(data)) assert.equal(mode(data, name), '600', name);
  const publisher = await Publisher.start(t);
  for (const name of readdirSync(publisher.data)) assert.match(mode(publisher.data, name), /^[67]00$/, name);
});

test('one member is one line of NDJSON, however it was sent', async (t) => {
  const subscriber = await Subscriber.start(t);
  const member = { mixpanel_distinct_id: 'a', p: { q: [1, 2], text: 'a "b"\nc  d' } };
  await subscriber.sync(JSON.stringify(page('members', 's1', { ids: [member, 'b'] }), null, 2).replaceAll('\n', '\r\n'));
  await subscriber.alert(JSON.stringify(alert(), null, 2));
  const response = await fetch(`${subscriber.admin}/v1/cohorts/8/12/members`, { headers: { Accept: 'application/x-ndjson' } });
  const lines = (await response.text()).trimEnd().split('\n');
  assert.deepEqual(lines.map((line) => JSON.parse(line).distinct_id), ['a', 'b']);
  assert.deepEqual(JSON.parse(lines[0]).properties, { p: member.p });
  const feed = await fetch(`${subscriber.admin}/v1/changes?after=0`, { headers: { Accept: 'text/event-stream' } });
  const { value } = await feed.body.getReader().read();
  const data = Buffer.from(value).toString().split('\n').filter((text) => text.startsWith('data: '));
  for (const text of data) JSON.parse(text.slice(6));
  await feed.body.cancel().catch(() => {});
});

test('a terminal shows the escapes of what others wrote', async (t) => {
  const evil = '\u001b]0;title\u0007\u009b31m\u202eevil';
  const shown = '\\u001b]0;title\\u0007\\u009b31m\\u202eevil';
  const harmless = /^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]*$/;
  const publisher = await Publisher.start(t);
  await publisher.apply({ projects: [{ id: '8', name: 'Shop', token: 'token', secret: 'secret', reports: [{ name: 'Cities', definition: {
    kind: 'insights', unit: 'day', range: { from: '2026-02-06', to: '2026-02-07' }, metrics: [{ name: 'Buys', event: 'Buy' }],
    breakdown: { properties: ['city'] } } }] }] });
  await publisher.import([['Buy', 'a', { city: evil }, Date.parse('2026-02-06T12:00:00Z')]]);
  for (const options of [[], ['--csv']]) {
    const printed = run(['report', 'Cities', '--project', '8', '--admin', publisher.admin.slice(7), ...options]);
    assert.equal(printed.status, 0, printed.stderr);
    assert.match(printed.stdout, harmless);
    assert.ok(printed.stdout.includes(shown), printed.stdout);
  }
  const subscriber = await Subscriber.start(t, { env: { BELLWETHER_LOG_LEVEL: 'debug' } });
  await subscriber.sync(page('members', `s${evil}`, { cohort: `c${evil}`, ids: [`id${evil}`] }));
  for (const command of ['cohorts', 'changes']) {
    const printed = run([command, '--admin', subscriber.admin.slice(7)]);
    assert.match(printed.stdout, harmless, command);
    assert.ok(printed.stdout.includes(shown), command);
  }
  await until(() => subscriber.log.includes('\\u009b31m'), 'the session is logged');
  assert.match(subscriber.log, harmless);
});

test('an import goes on after records that cannot be imported', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply({ projects: [{ id: '8', name: 'Shop', token: 'token', secret: 'secret' }] });
  const folder = temporaryFolder(t);
  const line = (i) => JSON.stringify({ event: 'Buy', properties: { time: 1767323045 + i, distinct_id: `p${i}`, $insert_id: `i${i}` } });
  const bring = (name) => runBeside(['import', '--project', '8', '--url', publisher.url, join(folder, name)],
    { env: { ...process.env, BELLWETHER_IMPORT_SECRET: 'secret' } });
  const long = JSON.stringify({ event: 'Buy', properties: { time: 1, distinct_id: 'x', $insert_id: 'x', text: 'x'.repeat(17 << 20) } });
  const cases = { 'only.ndjson': ['nonsense'], 'long.ndjson': [line(1), long, line(2)],
    'mixed.ndjson': [...Array.from({ length: 2000 }, (_, i) => line(i)), '{"event":', '[1]', ...Array.from({ length: 10 }, (_, i) => line(3000 + i))] };
  const expected = { 'only.ndjson': [0, [1]], 'long.ndjson': [2, [2]], 'mixed.ndjson': [2010, [2001, 2002]] };
  for (const [name, lines] of Object.entries(cases)) {
    writeFileSync(join(folder, name), lines.join('\n'));
    const done = await bring(name);
    const [imported, rejected] = expected[name];
    assert.equal(done.status, imported > 0 ? 0 : 1, done.stderr);
    assert.match(done.stdout, new RegExp(`${name}: ${imported} events imported, ${rejected.length} rejected`));
    const told = readFileSync(join(folder, `${name}.rejected`), 'utf8').trim().split('\n').map((text) => JSON.parse(text));
    assert.deepEqual(told.map(({ record }) => record), rejected);
    for (const { message } of told) assert.notEqual(message, '');
  }
  // The name is taken literally: no pattern, so none of the neighbours.
  const csv = (id) => `event,time,distinct_id\nOrder,1767323045,${id}\n`;
  for (const [name, id] of [['*.csv', 'star'], ['{one,two}.csv', 'braces'], ['one.csv', 'one'], ['two.csv', 'two']]) writeFileSync(join(folder, name), csv(id));
  for (const name of ['*.csv', '{one,two}.csv']) {
    const done = await bring(name);
    assert.ok(done.stdout.includes(`${name}: 1 events imported`), done.stdout + done.stderr);
  }
  const { members } = await publisher.call('POST', '/v1/cohorts/preview', { project_id: '8', definition: { groups: [{ conditions: [{ did: { event: 'Order' } }] }] } });
  assert.deepEqual(members.sort(), ['braces', 'star']);
});

test('an import says so when the other side is no publisher', async (t) => {
  const file = join(temporaryFolder(t), 'events.ndjson');
  writeFileSync(file, '{"event":"Buy","properties":{"$insert_id":"1"}}\n');
  let body = '';
  const server = http.createServer((request, response) => request.resume().on('end', () => response.end(body)));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => { server.close(); server.closeAllConnections(); });
  for (body of ['5', '[{}]', '{"num_records_imported":-1}', '{"num_records_imported":1,"failed_records":[{"index":999}]}', '<html>']) {
    const done = await runBeside(['import', '--project', '8', '--url', `http://127.0.0.1:${server.address().port}`, '--secret', 's', '--wait', '1s', file]);
    assert.equal(done.status, 1, `${body}: ${done.stderr}`);
    assert.match(done.stderr, /answered 200, but not as \/import does/, body);
  }
});

test('a secret on the command line does not stay there', async (t) => {
  const file = join(temporaryFolder(t), 'events.ndjson');
  writeFileSync(file, '{"event":"Buy","properties":{"$insert_id":"1"}}\n');
  let shown = '';
  let child;
  const server = http.createServer((request, response) => {
    shown = readFileSync(`/proc/${child.pid}/cmdline`, 'utf8');
    request.resume().on('end', () => response.end('{"num_records_imported":1}'));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => { server.close(); server.closeAllConnections(); });
  child = spawn(binary, ['import', '--project', '8', '--url', `http://127.0.0.1:${server.address().port}`, '--secret', 'topsecret', '--password=alsosecret', file]);
  assert.equal(await new Promise((resolve) => child.on('close', resolve)), 0);
  assert.match(shown, /--secret/);
  assert.doesNotMatch(shown, /topsecret|alsosecret/);
});

test('a file of aliases of aliases is refused', (t) => {
  const file = join(temporaryFolder(t), 'bomb.yaml');
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 12; ++i) lines.push(`a${i}: &a${i} [${Array(10).fill(`*a${i - 1}`).join(', ')}]`);
  writeFileSync(file, lines.join('\n'));
  const done = run(['apply', file, '--admin', '127.0.0.1:1']);
  assert.equal(done.status, 1);
  assert.match(done.stderr, /bomb\.yaml:\d+: the file has more than 200000 values/);
});

test('a clock that is two years ahead removes nothing at once', async (t) => {
  const first = await Subscriber.start(t);
  const { data } = first;
  assert.equal((await first.alert(alert())).status, 200);
  await until(() => new DatabaseSync(join(data, 'bellwether.db'), { readOnly: true }).get('SELECT count(*) AS n FROM clock_watch;').n === 1,
    'the clock is stored');
  await first.stop();
  const then = Date.now() - 2 * 366 * 86_400_000;
  const edit = (sql) => new DatabaseSync(join(data, 'bellwether.db')).exec(sql);
  // To this process the clock is two years ahead of what the last one saw.
  edit(`UPDATE alert SET received_at = ${then}, at = ${then}; UPDATE clock_watch SET last = ${then};`);
  const ahead = await Subscriber.start(t, { data });
  assert.equal((await ahead.sync(page('members', 's1', { ids: ['a'] }))).status, 200);
  await sleep(5000); // two rounds of the maintenance
  assert.equal((await ahead.get('/v1/alerts')).data.length, 1);
  await ahead.stop();
  edit(`UPDATE clock_watch SET last = ${Date.now()};`);
  const right = await Subscriber.start(t, { data });
  await until(async () => (await right.get('/v1/alerts')).data.length === 0, 'the old alert is removed');
});
