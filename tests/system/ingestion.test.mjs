// Events and profiles in: Mixpanel's own Node client, and plain HTTP for what it does not do.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import net from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { atEnd, binary, makeCertificate, run, temporaryFolder, until } from './support/bellwether.mjs';
import { Publisher, toLoopback } from './support/publisher.mjs';

const project = (id, extra = {}) => ({ id, name: `Project ${id}`, token: `token-${id}`, secret: `secret-${id}`, ...extra });
const basic = (user, password = '') => ({ Authorization: `Basic ${btoa(`${user}:${password}`)}` });

/** Who is in a cohort by this one condition. */
async function people(publisher, condition, projectId = '8') {
  const preview = await publisher.call('POST', '/v1/cohorts/preview', {
    project_id: projectId, definition: { groups: [{ conditions: [condition] }] } });
  return preview.count <= 10 ? preview.members : preview.count;
}
const did = (event, where = [], more = {}) => ({ did: { event, where, ...more } });
const has = (property, op, value) => ({ profile: { property, op, ...(value === undefined ? {} : { value }) } });
const is = (property, value) => ({ property, op: 'is', value });

test('Mixpanel\'s Node client: every call arrives as it was sent', async (t) => {
  const certificate = makeCertificate(temporaryFolder(t), '127.0.0.1');
  const publisher = await Publisher.start(t, {
    config: `[publisher]\ntls_certificate = "${certificate.certificate}"\ntls_key = "${certificate.key}"\n` });
  await publisher.apply({ projects: [project('8', { service_accounts: [{ user: 'robot', password: 'pw' }] })] });
  // In a process of its own, which trusts the certificate.
  const script = `
    import Mixpanel from 'mixpanel';
    const call = (target, name, ...args) => new Promise((resolve, reject) =>
      target[name](...args, (error) => (error && (!Array.isArray(error) || error.length) ? reject(new Error(name + ': ' + JSON.stringify(error, Object.getOwnPropertyNames(error)))) : resolve())));
    const options = { host: '127.0.0.1', port: ${publisher.port}, protocol: 'https', keepAlive: false };
    for (const verbose of [false, true]) {
      const mixpanel = Mixpanel.init('token-8', { ...options, verbose });
      await call(mixpanel, 'track', 'Tracked', { distinct_id: 'ann', plan: 'pro+', n: 1.5, list: ['ü', 2], verbose });
      await call(mixpanel, 'track_batch', [{ event: 'Batched', properties: { distinct_id: 'bob' } }, { event: 'Batched', properties: { distinct_id: 'cleo' } }]);
      await call(mixpanel, 'alias', 'ann', 'ann@example.com');
    }
    const secret = Mixpanel.init('token-8', { ...options, secret: 'secret-8' });
    const old = new Date('2026-01-02T03:04:05Z');
    await call(secret, 'import', 'Imported', old, { distinct_id: 'dora', gift: true });
    await call(secret, 'import_batch', [
      { event: 'Imported', properties: { distinct_id: 'emil', time: old } },
      { event: 'Imported', properties: { distinct_id: 'fay', time: 1767323045 } }]);
    const account = Mixpanel.init('token-8', { ...options, credentials: new Mixpanel.ServiceAccountCredentials('robot', 'pw', '8') });
    await call(account, 'import', 'Imported', old, { distinct_id: 'gus' });
    const wrong = Mixpanel.init('token-8', { ...options, secret: 'wrong' });
    await call(wrong, 'import', 'Imported', old, { distinct_id: 'nobody' }).then(() => { throw new Error('a wrong secret was taken'); }, () => {});

    const { people } = Mixpanel.init('token-8', options);
    await call(people, 'set', 'ann', { $email: 'ann@example.com', plan: 'pro', visits: 1, tags: ['a'] });
    await call(people, 'set', 'ann', 'city', 'Bern');
    await call(people, 'set_once', 'ann', { plan: 'free', born: 1815 });
    await call(people, 'increment', 'ann', 'visits', 4);
    await call(people, 'increment', 'ann', { coins: 10 });
    await call(people, 'append', 'ann', 'tags', 'b');
    await call(people, 'union', 'ann', { tags: ['b', 'c'] });
    await call(people, 'remove', 'ann', { tags: 'a' });
    await call(people, 'track_charge', 'ann', 50, { product: 'tea' });
    await call(people, 'set', 'bob', { plan: 'free', gone: 1 });
    await call(people, 'unset', 'bob', 'gone');
    await call(people, 'set', 'cleo', { plan: 'free' });
    await call(people, 'delete_user', 'cleo');
    process.exit(0);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: new URL('..', import.meta.url).pathname, env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate.certificate, HTTPS_PROXY: '', HTTP_PROXY: '' } });
  let output = '';
  child.stderr.on('data', (text) => (output += text));
  assert.equal(await new Promise((resolve) => child.on('close', resolve)), 0, output);

  assert.deepEqual(await people(publisher, did('Tracked', [is('plan', 'pro+'), is('n', 1.5), { property: 'list', op: 'list_contains', value: 'ü' }, is('verbose', true)])), ['ann']);
  assert.deepEqual(await people(publisher, did('Tracked', [is('mp_lib', 'node')], { count: { op: '=', value: 2 } })), ['ann']);
  assert.deepEqual(await people(publisher, did('Batched')), ['bob', 'cleo']);
  assert.deepEqual(await people(publisher, did('Imported', [], { within: { from: '2026-01-02T03:04:05Z', to: '2026-01-02T03:04:06Z' } })), ['dora', 'emil', 'fay', 'gus']);
  assert.deepEqual(await people(publisher, did('Imported', [is('gift', true)])), ['dora']);
  for (const [property, op, value] of [['$email', 'is', 'ann@example.com'], ['plan', 'is', 'pro'], ['city', 'is', 'Bern'], ['born', 'is', 1815],
    ['visits', 'is', 5], ['coins', 'is', 10], ['tags', 'list_contains', 'c'], ['$transactions', 'set']]) {
    assert.deepEqual(await people(publisher, has(property, op, value)), ['ann'], property);
  }
  assert.deepEqual(await people(publisher, has('tags', 'list_contains', 'a')), []);
  assert.deepEqual(await people(publisher, has('gone', 'set')), []);
  assert.deepEqual(await people(publisher, has('plan', 'is', 'free')), ['bob'], 'cleo was deleted');
});

test('/track: the ways to carry data and the ways to be answered', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply({ projects: [project('8'), project('9')] });
  const event = (name, extra = {}, token = 'token-8') => ({ event: name, properties: { token, distinct_id: 'ann', ...extra } });
  const ask = async (path, options = {}) => {
    const response = await fetch(publisher.url + path, options);
    return [response.status, response.headers.get('content-type'), await response.text()];
  };
  const json = (body, headers = {}) => ({ method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...headers } });
  const base64 = (value) => btoa(JSON.stringify(value));

  assert.deepEqual(await ask('/track', json([event('Json')])), [200, 'text/plain', '1']);
  assert.deepEqual(await ask('/track/?verbose=1', json(event('Json'))), [200, 'application/json', '{"status":1,"error":null}']);
  assert.deepEqual(await ask(`/track?data=${encodeURIComponent(base64(event('Get')))}`), [200, 'text/plain', '1']);
  assert.deepEqual(await ask(`/track?data=${encodeURIComponent(JSON.stringify(event('Get')))}&callback=go`), [200, 'text/javascript', 'go(1);']);
  assert.deepEqual(await ask('/track', { method: 'POST', body: new URLSearchParams({ data: JSON.stringify([event('Form')]), verbose: '1' }) }),
    [200, 'application/json', '{"status":1,"error":null}']);
  const pixel = await fetch(`${publisher.url}/track?img=1&data=${base64(event('Pixel'))}`);
  assert.deepEqual([pixel.headers.get('content-type'), Buffer.from(await pixel.arrayBuffer()).subarray(0, 6).toString()], ['image/gif', 'GIF89a']);
  assert.deepEqual(await ask('/track', { ...json(null, { 'Content-Encoding': 'gzip' }), body: gzipSync(JSON.stringify([event('Zipped')])) }), [200, 'text/plain', '1']);
  for (const name of ['Json', 'Get', 'Form', 'Pixel', 'Zipped']) assert.deepEqual(await people(publisher, did(name)), ['ann'], name);

  assert.equal((await ask('/track', json([event('Other', {}, 'token-9')])))[2], '1');
  assert.deepEqual([await people(publisher, did('Other')), await people(publisher, did('Other'), '9')], [[], ['ann']]);
  assert.deepEqual(await ask('/track', json([event('X', {}, 'nobody')])), [401, 'text/plain', '0']);
  assert.deepEqual(await ask('/track?verbose=1', json([{ event: '', properties: { token: 'token-8' } }])),
    [200, 'application/json', '{"status":0,"error":"\'event\' is invalid: must be a name, not missing or empty"}']);
  assert.equal((await ask('/track', { ...json(null), body: 'nonsense' }))[0], 400);
  assert.equal((await ask('/track'))[0], 400);
  assert.deepEqual(await ask('/groups', json([{ $token: 'token-8', $group_key: 'company', $group_id: 'acme', $set: { seats: 3 } }])), [200, 'text/plain', '1']);
  assert.deepEqual(await ask('/groups?verbose=1', json([{}])), [200, 'application/json', '{"status":0,"error":"$token, missing or empty"}']);
  assert.equal((await ask('/elsewhere'))[0], 404);
  assert.equal((await ask('/track', { method: 'DELETE' }))[0], 405);
  const preflight = await fetch(`${publisher.url}/track`, { method: 'OPTIONS' });
  assert.deepEqual([preflight.status, preflight.headers.get('access-control-allow-origin')], [204, '*']);
  for (const [path, options, status] of [['/track', { method: 'OPTIONS' }, 204], ['/track', json([event('Cors')]), 200], ['/track', json('no event'), 200], ['/elsewhere', {}, 404],
    ['/track', { method: 'DELETE' }, 405], ['/track', { ...json(null), body: 'nonsense' }, 400], ['/flags', {}, 200], ['/import', json([event('Cors')]), 401]]) {
    const { status: answered, headers } = await fetch(publisher.url + path, { ...options, headers: { ...options.headers, Origin: 'https://shop.example' } });
    assert.deepEqual([answered, headers.get('access-control-allow-origin'), headers.get('access-control-allow-credentials'), headers.get('vary')],
      [status, 'https://shop.example', 'true', 'Origin'], path);
  }
  const asks = { Origin: 'https://shop.example', 'Access-Control-Request-Headers': 'authorization,traceparent,x-of-the-page' };
  assert.equal((await fetch(`${publisher.url}/flags`, { method: 'OPTIONS', headers: asks })).headers.get('access-control-allow-headers'), asks['Access-Control-Request-Headers']);
});

test('one bad record costs no other, and what was not taken can be seen', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply({ projects: [project('8')] });
  const send = async (body, path = '/track?verbose=1', headers = {}) => {
    const response = await fetch(publisher.url + path, { method: 'POST', body, headers: { 'Content-Type': 'application/json', ...headers } });
    return [response.status, await response.json()];
  };
  const event = (name, properties = '') => `{"event":"${name}","properties":{"token":"token-8","distinct_id":"ann"${properties}}}`;
  const good = event('Good');
  assert.deepEqual(await send(`[${good},${event('', '')},${event('Good', ',"a":NaN,"b":"\\ud83d"')},${event('Bad', ',"a":"\\x"')}]`),
    [200, { status: 1, error: "2 of 4 records were not taken: 'event' is invalid: must be a name, not missing or empty" }]);
  assert.equal((await send('nonsense'))[0], 400);
  assert.equal((await send(good.replace('token-8', 'other')))[0], 401);
  const imported = `{"event":"Old","properties":{"time":1767323045,"distinct_id":"bob","$insert_id":"i-1"}}`;
  assert.deepEqual(await send(`${imported}\n${imported.replace('bob', 'undefined').replace('i-1', 'i-2')}`, '/import', basic('token-8')),
    [400, { code: 400, status: 'Bad Request', num_records_imported: 1, error: 'some data points in the request failed validation', failed_records: [
      { index: 1, insert_id: 'i-2', field: 'properties.distinct_id', message: `'properties.distinct_id' is invalid: "undefined" is nobody's id; leave it empty for an event of nobody` }] }]);

  const rejects = (await publisher.call('GET', '/v1/rejects')).data;
  assert.deepEqual(rejects.map((reject) => [reject.path, reject.project_id, reject.reason]).reverse(), [
    ['/track', '8', 'name'], ['/track', '', 'json'], ['/track', '8', 'repaired'], ['/track', '', 'json'], ['/track', '', 'token'], ['/import', '8', 'id']]);
  assert.equal(rejects.at(-1).record, event('', ''));
  assert.deepEqual((await publisher.call('GET', '/v1/rejects?project=8&limit=1')).data.map((reject) => reject.reason), ['id']);
  const metrics = await (await fetch(`${publisher.admin}/metrics`)).text();
  assert.match(metrics, /bellwether_rejected_records_total\{path="\/import",project="8",reason="id"\} 1\n/);
  assert.match(metrics, /bellwether_events_total\{outcome="refused"\} 5\n/);
  assert.equal(publisher.log.match(/records were not taken/g).length, 1, 'one line a minute');
  assert.deepEqual(await people(publisher, did('Good')), ['ann']);
  assert.deepEqual(await people(publisher, did('Old')), ['bob']);
});

test('batches that were sent one behind another are all taken, also when their sender has gone', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply({ projects: [project('8')] });
  const batch = (b) => JSON.stringify(Array.from({ length: 50 }, (_, i) => ({ event: 'Piped', properties: { token: 'token-8', distinct_id: `p${b}-${i}`, $insert_id: `${b}-${i}` } })));
  const request = (b) => `POST /track HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${batch(b).length}\r\n\r\n${batch(b)}`;
  const { hostname, port } = new URL(publisher.url);
  const socket = net.connect({ host: hostname, port });
  // As a script that ends: nothing is read, and the first answer meets a closed port.
  await new Promise((resolve) => socket.once('connect', () => socket.write(Array.from({ length: 8 }, (_, b) => request(b)).join(''), resolve)));
  socket.destroy();
  await until(async () => (await people(publisher, did('Piped'))) === 400, 'all 8 batches are there');
});

test('the events that arrive can be watched: the latest, and as they come', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply({ projects: [project('8')] });
  const track = (name, properties = {}) => fetch(`${publisher.url}/track`, { method: 'POST', body: JSON.stringify({ event: name, properties: { token: 'token-8', distinct_id: 'ann', ...properties } }) });
  await track('First', { 'a.b': { c: [1, 'ü'] }, mp_lib: 'web' });
  await track('Second', { distinct_id: 'bob' });
  const latest = async (query = '') => (await publisher.call('GET', `/v1/projects/8/events${query}`)).data;
  assert.deepEqual((await latest()).map((event) => event.event), ['Second', 'First']);
  assert.deepEqual((await latest('?distinct_id=ann'))[0].properties, { 'a.b': { c: [1, 'ü'] }, mp_lib: 'web' });
  assert.deepEqual((await latest('?event=Second')).map((event) => event.distinct_id), ['bob']);
  assert.equal((await publisher.try('GET', '/v1/projects/9/events')).status, 404);

  const watcher = spawn(binary, ['events', '--follow', '--admin', publisher.admin.replace('http://', '')]);
  atEnd(t, () => watcher.kill());
  const shown = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) watcher[name].on('data', (text) => (shown[name] += text));
  await until(() => shown.stderr.includes('events are shown as they are stored'), 'it watches');
  await track('Third', { mp_lib: 'web' });
  await track('Lost', { token: 'wrong' });
  await until(() => shown.stdout.split('\n').length > 2, 'both were shown');
  const lines = shown.stdout.trim().split('\n');
  assert.match(lines.find((line) => line.includes('Third')), /  Third  ann  .*  web$/);
  assert.match(lines.find((line) => line.startsWith('NOT TAKEN')), /  \/track  -  token  'properties.token' is no project's token$/);
  const listed = run(['events', '--admin', publisher.admin.replace('http://', '')]);
  assert.match(listed.stdout, /RECEIVED .*\n.*Third/);
  assert.match(run(['events', '--rejected', '--admin', publisher.admin.replace('http://', '')]).stdout, /is no project's token/);
});

test('/import: strict or not, who may, duplicates, limits', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply({ projects: [project('8', { service_accounts: [{ user: 'robot', password: 'pw' }] }), project('9')] });
  const send = async (body, { headers = basic('secret-8'), query = 'strict=1&project_id=8', type = 'application/json' } = {}) => {
    const response = await fetch(`${publisher.url}/import?${query}`, { method: 'POST', headers: { 'Content-Type': type, ...headers },
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) });
    return { ...(await response.json()), status: response.status };
  };
  const event = (name, properties) => ({ event: name, properties: { time: 1767323045, distinct_id: 'ann', $insert_id: 'i', ...properties } });

  const good = await send([event('A')]);
  assert.deepEqual([good.code, good.num_records_imported], [200, 1]);
  const mixed = await send([event('A', { $insert_id: 'j' }), event('A', { time: 'x', $insert_id: 'bad' }), { event: 'A' }]);
  assert.deepEqual([mixed.status, mixed.code, mixed.num_records_imported, mixed.failed_records.map(({ index, insert_id, field }) => [index, insert_id, field])],
    [400, 400, 1, [[1, 'bad', 'properties.time'], [2, '', 'properties']]]);
  const loose = await send([{ event: 'Loose', properties: { distinct_id: 'ann' } }], { query: 'strict=0&project_id=8' });
  assert.deepEqual([loose.code, loose.num_records_imported], [200, 1]);
  const lines = [event('Line'), event('Line', { distinct_id: 'bob' })].map((line) => JSON.stringify(line)).join('\n');
  assert.equal((await send(lines, { type: 'application/x-ndjson' })).num_records_imported, 2);
  assert.equal((await send(gzipSync(lines), { type: 'application/x-ndjson', headers: { ...basic('secret-8'), 'Content-Encoding': 'gzip' } })).num_records_imported, 2);
  assert.deepEqual(await people(publisher, did('Line', [], { count: { op: '=', value: 1 } })), ['ann', 'bob'], 'the second time they are the same');

  // Of two equal in event, time, distinct_id and insert id the later counts.
  await send([event('Twice', { color: 'red' })]);
  await send([event('Twice', { color: 'blue' })]);
  assert.deepEqual([await people(publisher, did('Twice', [is('color', 'red')])), await people(publisher, did('Twice', [is('color', 'blue')]))], [[], ['ann']]);

  for (const [headers, query, status] of [[basic('secret-9'), 'strict=1&project_id=8', 401], [basic('secret-9'), 'strict=1', 200], [{}, 'strict=1&project_id=8', 401],
    [basic('robot', 'pw'), 'strict=1&project_id=8', 200], [basic('robot', 'pw'), 'strict=1', 401], [basic('robot', 'no'), 'strict=1&project_id=8', 401],
    [basic('robot', 'pw'), 'strict=1&project_id=9', 401], [{}, 'strict=1&project_id=8&api_key=secret-8', 200]]) {
    assert.equal((await send([event('B')], { headers, query })).status, status, `${JSON.stringify(headers)} ${query}`);
  }
  assert.equal((await send(Array.from({ length: 2001 }, () => event('C')))).status, 400);
});

test('/engage: updates of one person are applied in their order, within a batch and over several', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply({ projects: [project('8')] });
  const update = (operations) => ({ $distinct_id: 'ann', ...operations });
  await publisher.engage([update({ $set: { n: 1, gone: 1 } }), update({ $add: { n: 2 } }), update({ $unset: ['gone'] }), update({ $append: { l: 'a' } }),
    update({ $append: { l: 'b' } }), update({ $remove: { l: 'a' } }), update({ $set_once: { n: 9 } })], 'token-8');
  await Promise.all(Array.from({ length: 20 }, () => publisher.engage([update({ $add: { n: 1 } })], 'token-8')));
  assert.deepEqual(await people(publisher, has('n', 'is', 23)), ['ann']);
  assert.deepEqual(await people(publisher, has('gone', 'set')), []);
  assert.deepEqual([await people(publisher, has('l', 'list_contains', 'a')), await people(publisher, has('l', 'list_contains', 'b'))], [[], ['ann']]);
  await publisher.engage([update({ $delete: '' }), update({ $set: { fresh: true } })], 'token-8');
  assert.deepEqual([await people(publisher, has('n', 'set')), await people(publisher, has('fresh', 'is', true))], [[], ['ann']]);
});

test('who is who: a device before it signs in, and an alias, are the person', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply({ projects: [project('8')] });
  const at = 1767323045;
  const send = (event, properties) => fetch(`${publisher.url}/track?verbose=1`, { method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify([{ event, properties: { token: 'token-8', time: at, ...properties } }]) }).then((response) => response.json());
  await send('Visit', { $device_id: 'd1' });
  await send('Visit', { $device_id: 'd2' });
  assert.deepEqual(await people(publisher, did('Visit')), ['$device:d1', '$device:d2']);
  await send('Sign In', { $device_id: 'd1', $user_id: 'ann' });
  await send('$identify', { $identified_id: 'bob', $anon_id: '$device:d2' });
  await send('$create_alias', { distinct_id: 'ann', alias: 'ann@example.com' });
  await send('Buy', { distinct_id: 'ann@example.com' });
  assert.deepEqual(await people(publisher, did('Visit')), ['ann', 'bob']);
  assert.deepEqual(await people(publisher, did('Buy')), ['ann']);
});

test('what was acknowledged is there after kill -9', async (t) => {
  const data = join(temporaryFolder(t), 'data');
  let publisher = await Publisher.start(t, { data });
  await publisher.apply({ projects: [project('8')] });
  const acknowledged = [];
  let stop = false;
  const writer = async (name) => {
    for (let i = 0; !stop; ++i) {
      const id = `${name}-${i}`;
      try {
        await publisher.import([['E', id]], { secret: 'secret-8' });
        const tracked = await fetch(`${publisher.url}/track`, { method: 'POST', body: JSON.stringify({ event: 'T', properties: { token: 'token-8', distinct_id: id } }) });
        assert.equal(await tracked.text(), '1');
        await publisher.engage([{ $distinct_id: id, $set: { here: true } }], 'token-8');
        acknowledged.push(id);
      } catch {
        return;
      }
    }
  };
  const writers = ['a', 'b', 'c', 'd'].map(writer);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await publisher.kill();
  stop = true;
  await Promise.all(writers);
  publisher = await Publisher.start(t, { data });
  assert.ok(acknowledged.length > 10, `${acknowledged.length}`);
  await publisher.call('POST', '/v1/cohorts', { project_id: '8', name: 'All', definition: { match: 'all', groups: [{ conditions: [did('E'), did('T'), has('here', 'is', true)] }] } });
  const recorder = await publisher.call('GET', '/v1/cohorts/1/preview');
  assert.ok(recorder.count >= acknowledged.length, `${recorder.count} of ${acknowledged.length}`);
});

test('a second publisher on the same data, a missing engine and a broken configuration say what to do', async (t) => {
  const publisher = await Publisher.start(t);
  await assert.rejects(Publisher.start(null, { data: publisher.data }), /process \d+/);
  await assert.rejects(Publisher.start(null, { data: join(temporaryFolder(t), 'x'), config: '[engine]\nlibrary = "/nowhere.so"\n' }), /nowhere/);
  await assert.rejects(Publisher.start(null, { data: join(temporaryFolder(t), 'x'), config: '[engine]\nkind = "oracle"\n' }), /chdb/);
  await assert.rejects(Publisher.start(null, { data: join(temporaryFolder(t), 'x'), config: '[delivery]\nallow = "10.0.0.0\/99"\n' }), /10\.0\.0\.0/);
  await assert.rejects(Publisher.start(null, { data: join(temporaryFolder(t), 'x'), config: '[engine]\nkind = "clickhouse"\n' }), /engine\.url/);
  assert.equal((await publisher.stop()).code, 0);
});

test('more than can be written is answered 429, and what was taken is there', async (t) => {
  const publisher = await Publisher.start(t, { config: '[ingestion]\nqueued_bytes = 1048576\nbatch_bytes = 65536\n' });
  await publisher.apply({ projects: [project('8')] });
  const pad = 'x'.repeat(2000);
  const statuses = await Promise.all(Array.from({ length: 200 }, async (_, i) => {
    const response = await fetch(`${publisher.url}/import?strict=1&project_id=8`, { method: 'POST', headers: { 'Content-Type': 'application/json', ...basic('secret-8') },
      body: JSON.stringify(Array.from({ length: 50 }, (__, j) => ({ event: 'E', properties: { time: 1767323045, distinct_id: `${i}-${j}`, $insert_id: `${i}-${j}`, pad } }))) });
    if (response.status === 429) assert.equal(response.headers.get('retry-after'), '1');
    return response.status;
  }));
  const taken = statuses.filter((status) => status === 200).length;
  assert.deepEqual([...new Set(statuses)].sort(), [200, 429]);
  assert.equal(await people(publisher, did('E')), taken * 50);
});

test('an event engine that is not there is told at the start', async (t) => {
  const publisher = await Publisher.start(t, { config: `${toLoopback}[engine]\nkind = "clickhouse"\nurl = "http://127.0.0.1:1"\n` }).catch((error) => error);
  assert.match(String(publisher), /the event engine does not answer|cannot be made/);
});
