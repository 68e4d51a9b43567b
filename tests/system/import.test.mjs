// `bellwether import`: files into a running publisher.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { binary, runBeside, temporaryFolder, until } from './support/bellwether.mjs';
import { Publisher } from './support/publisher.mjs';

const shop = { projects: [{ id: '8', name: 'Shop', token: 'token', secret: 'secret', service_accounts: [{ user: 'robot', password: 'pw' }] }] };
const env = { ...process.env, BELLWETHER_IMPORT_SECRET: 'secret' };

async function start(t) {
  const publisher = await Publisher.start(t);
  await publisher.apply(shop);
  const folder = temporaryFolder(t);
  const bring = (args, options = { env }) => runBeside(['import', '--project', '8', '--url', publisher.url, ...args], options);
  const people = async (event, count) => (await publisher.call('POST', '/v1/cohorts/preview', { project_id: '8',
    definition: { groups: [{ conditions: [{ did: { event, ...(count ? { count: { op: '=', value: count } } : {}) } }] }] } })).count;
  const write = (name, content) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };
  /** What came in last, the oldest first: [event, distinct id, time, properties]. */
  const arrived = async () => (await publisher.call('GET', '/v1/projects/8/events?limit=1000')).data.reverse();
  return { publisher, folder, bring, people, write, arrived };
}
const line = (i, properties = {}) => JSON.stringify({ event: 'Buy', properties: { time: 1767323045 + i, distinct_id: `p${i}`, $insert_id: `i${i}`, ...properties } });

test('NDJSON: rejected records go to a file, and importing it again adds nothing', async (t) => {
  const { folder, bring, people } = await start(t);
  const file = join(folder, 'events.ndjson');
  const lines = Array.from({ length: 4500 }, (_, i) => line(i));
  lines[10] = 'nonsense';
  lines[20] = line(20, { time: 'never' });
  lines[30] = JSON.stringify({ event: 'Buy', properties: { time: 1767323045, distinct_id: 'p30' } }); // no $insert_id
  writeFileSync(file, `${lines.join('\n')}\n\n`);
  const first = await bring([file]);
  assert.equal(first.stdout, `${file}: 4498 events imported, 2 rejected (see ${file}.rejected)\n`, first.stderr);
  const rejected = readFileSync(`${file}.rejected`, 'utf8').trim().split('\n').map((text) => JSON.parse(text));
  assert.deepEqual(rejected.map(({ record, field, event }) => [record, field, event]), [[11, '', 'nonsense'], [21, 'properties.time', lines[20]]]);
  assert.equal(existsSync(`${file}.import`), false);
  assert.match((await bring([file])).stdout, /4498 events imported/);
  assert.deepEqual([await people('Buy'), await people('Buy', 1)], [4498, 4498]);
});

test('an import that was cut off goes on where it was', async (t) => {
  const { publisher, folder, bring, people } = await start(t);
  const file = join(folder, 'events.ndjson');
  writeFileSync(file, Array.from({ length: 30_000 }, (_, i) => line(i)).join('\n'));
  await publisher.kill();
  const cut = await bring([file, '--url', 'http://127.0.0.1:1'], { env, timeout: 1500 });
  assert.notEqual(cut.status, 0);
  const again = await Publisher.start(t, { data: publisher.data, listen: publisher.address });
  // As if a first part had been acknowledged.
  const bytes = readFileSync(file, 'utf8').split('\n').slice(0, 10_000).join('\n').length + 1;
  writeFileSync(`${file}.import`, `10000 ${bytes} 10000 0\n`);
  assert.equal((await bring([file])).stdout, `${file}: 30000 events imported, 0 rejected\n`);
  const count = await again.call('POST', '/v1/cohorts/preview', { project_id: '8', definition: { groups: [{ conditions: [{ did: { event: 'Buy' } }] }] } });
  assert.equal(count.count, 20_000, 'only what is behind that place was sent');
  assert.ok(people);
});

test('CSV through the engine, with columns of other names', async (t) => {
  const { publisher, folder, bring } = await start(t);
  const file = join(folder, 'orders.csv');
  writeFileSync(file, 'customer,at,amount,city\nann,2026-01-02T03:04:05Z,12.5,"Bern, CH"\nbob,1767323045,7,\n17,2026-01-02 03:04:05Z,1,x\ncleo,soon,1,x\n');
  const done = await bring(['--event', 'Order', '--id-column', 'customer', '--time-column', 'at', file]);
  assert.equal(done.stdout, `${file}: 3 events imported, 1 rejected (see ${file}.rejected)\n`, done.stderr);
  const members = async (where) => (await publisher.call('POST', '/v1/cohorts/preview', { project_id: '8', definition: { groups: [{ conditions: [
    { did: { event: 'Order', where, within: { from: '2026-01-02T03:04:05Z', to: '2026-01-02T03:04:06Z' } } }] }] } })).members;
  assert.deepEqual(await members([]), ['17', 'ann', 'bob']);
  assert.deepEqual(await members([{ property: 'amount', op: 'is', value: 12.5 }, { property: 'city', op: 'is', value: 'Bern, CH' }]), ['ann']);
});

test('CSV: ids are text, always, and so is what a number would change', async (t) => {
  const { bring, write, arrived } = await start(t);
  const file = write('orders.csv', 'distinct_id,time,event,order_id,zip,amount,note\n007,2026-11-20 10:00:00,Buy,0123,00042,5,\n0042,1795168800,Buy,0124,12345,6.50,"a ""b""\nc"\n');
  assert.equal((await bring([file])).stdout, `${file}: 2 events imported, 0 rejected\n`);
  assert.deepEqual((await arrived()).map(({ distinct_id, time, properties: { order_id, zip, amount, note } }) => [distinct_id, time, order_id, zip, amount, note]), [
    ['007', '2026-11-20T10:00:00.000Z', '0123', '00042', 5, undefined], ['0042', '2026-11-20T10:00:00.000Z', '0124', '12345', 6.5, 'a "b"\nc']]);
});

test('CSV: a cell that does not fit its column is rejected with its line, and its column stays numeric', async (t) => {
  const { bring, write, arrived } = await start(t);
  const rows = Array.from({ length: 1500 }, (_, i) => `p${i},${1795168800 + i},Buy,${i}.5,0${i}`);
  rows[1200] = 'p1200,1795168800,Buy,"1,5",1';
  rows[1300] = 'p1300,1795168800,Buy,x,1';
  const file = write('orders.csv', `distinct_id,time,event,amount,code\n${rows.join('\n')}\n`);
  assert.equal((await bring([file])).stdout, `${file}: 1498 events imported, 2 rejected (see ${file}.rejected)\n`);
  const rejected = readFileSync(`${file}.rejected`, 'utf8').trim().split('\n').map((text) => JSON.parse(text));
  assert.deepEqual(rejected.map(({ line: at, field, event }) => [at, field, event]), [[1202, 'amount', rows[1200]], [1302, 'amount', rows[1300]]]);
  assert.match(rejected[0].message, /"1,5" is no plain number.*--type/);
  assert.ok((await arrived()).every(({ properties }) => typeof properties.amount === 'number' && typeof properties.code === 'string'));

  const early = write('early.csv', 'distinct_id,time,event,amount,code\na,1795168800,Buy,x,7\nb,1795168801,Buy,1.5,008\n');
  const declared = await bring(['--type', 'amount=number', '--type', 'code=number', early]);
  assert.equal(declared.stdout, `${early}: 1 events imported, 1 rejected (see ${early}.rejected)\n`, declared.stderr);
  const last = (await arrived()).at(-1);
  assert.deepEqual([last.distinct_id, last.properties.amount, last.properties.code], ['b', 1.5, 8]);
  assert.match((await bring(['--type', 'amount=decimal', early])).stderr, /--type amount=decimal: write NAME=text, NAME=number/);
  assert.match((await bring(['--type', 'price=number', early])).stderr, /there is no column "price"/);
});

test('times without a zone are those of --time-zone', async (t) => {
  const { bring, write, arrived } = await start(t);
  const times = ['2026-11-20 10:00:00', '2026-11-20 10:00:00.123', '2026-11-20T10:00:00', '2026-11-20T10:00:00Z', '2026-11-20 10:00:00+05:30', '2026-11-20', '1795168800123'];
  const file = write('times.csv', `distinct_id,time,event\n${times.map((time, i) => `p${i},${time},Buy`).join('\n')}\n`);
  const lines = write('times.ndjson', times.map((time, i) => line(i, { time })).join('\n'));
  const expected = ['09:00:00.000', '09:00:00.123', '09:00:00.000', '10:00:00.000', '04:30:00.000', '23:00:00.000', '10:00:00.123'];
  for (const one of [file, lines]) {
    assert.match((await bring(['--time-zone', 'Europe/Zurich', one])).stdout, /7 events imported, 0 rejected/);
    const last = (await arrived()).slice(-7).sort((one, other) => (one.distinct_id < other.distinct_id ? -1 : 1));
    assert.deepEqual(last.map(({ time }) => time.slice(11, -1)), expected);
  }
  assert.match((await bring(['--time-zone', 'Zurich', file])).stderr, /time zone "Zurich"/);
});

test('Parquet of real writers, with their timestamps and ids', async (t) => {
  const { bring, arrived, folder } = await start(t);
  const bringCopy = async (name, args = []) => {
    const copy = join(folder, name);
    writeFileSync(copy, readFileSync(new URL(`../data/files/${name}`, import.meta.url)));
    assert.equal((await bring([...args, copy])).stdout, `${copy}: 3 events imported, 0 rejected\n`);
    return (await arrived()).slice(-3);
  };
  const duckdb = await bringCopy('duckdb.parquet', ['--time-zone', 'Europe/Zurich']);
  assert.deepEqual(duckdb.map(({ distinct_id, time }) => [distinct_id, time]),
    [['007', '2026-11-20T09:00:00.123Z'], ['0042', '2026-11-20T09:00:01.123Z'], ['1e5', '2026-11-20T09:00:02.123Z']]);
  const { amount, paid_at, day, tags, address } = duckdb[0].properties;
  assert.deepEqual({ amount, paid_at, day, tags, address }, { amount: 12.5, paid_at: '2026-11-20T09:00:00.000000Z', day: '2026-11-20', tags: ['a', 'b'], address: { city: 'Zürich', zip: '08001' } });
  const arrow = await bringCopy('arrow.parquet', ['--time-zone', 'Europe/Zurich']);
  assert.deepEqual(arrow.map(({ distinct_id, time }) => [distinct_id, time]),
    [['7', '2026-11-20T10:00:00.123Z'], ['42', '2026-11-20T10:00:01.123Z'], ['9007199254740993', '2026-11-20T10:00:02.123Z']]);
});

test('packed files are unpacked, whatever they are named', async (t) => {
  const { bring, write, people, folder } = await start(t);
  const lines = Array.from({ length: 3000 }, (_, i) => line(i)).join('\n');
  const packed = [write('export.ndjson.gz', gzipSync(lines)), write('export.json', gzipSync(lines))];
  const zst = join(folder, 'export.ndjson.zst');
  await new Promise((resolve) => spawn('zstd', ['-q', '-o', zst, write('plain', lines)]).on('close', resolve));
  for (const file of [...packed, zst]) assert.equal((await bring([file])).stdout, `${file}: 3000 events imported, 0 rejected\n`);
  assert.equal(await people('Buy', 1), 3000);
  const table = write('orders.csv.gz', gzipSync('distinct_id,time,event\n007,2026-11-20,Order\n'));
  assert.match((await bring([table])).stdout, /1 events imported/);
  // What is in a file that is cut off is imported up to there, and the next file too.
  const cut = write('cut.ndjson.gz', gzipSync(Array.from({ length: 20_000 }, (_, i) => line(i, { $insert_id: `c${i}`, text: `${Math.sin(i)}` })).join('\n')).subarray(0, 200_000));
  const done = await bring([cut, packed[0]]);
  assert.equal(done.status, 1);
  assert.match(done.stderr, /cut\.ndjson\.gz cannot be read to its end/);
  assert.match(done.stdout, /export\.ndjson\.gz: 3000 events imported/);
});

test('a file of which nothing was taken ends with status 1', async (t) => {
  const { bring, write } = await start(t);
  const wrong = write('wrong.csv', 'distinct_id,time,event\na,soon,Buy\nb,later,Buy\n');
  const right = write('right.csv', 'distinct_id,time,event\na,2026-11-20,Buy\n');
  const done = await bring([wrong, right]);
  assert.equal(done.status, 1);
  assert.equal(done.stdout, `${wrong}: 0 events imported, 2 rejected (see ${wrong}.rejected)\n${right}: 1 events imported, 0 rejected\n`);
});

test('a JSON array is read element by element, on one line or on many', async (t) => {
  const { bring, write, people } = await start(t);
  const events = Array.from({ length: 5000 }, (_, i) => JSON.parse(line(i, { text: '],[{}' })));
  events[4000] = 'nonsense';
  for (const [name, text] of [['one.json', JSON.stringify(events)], ['many.json', JSON.stringify(events, null, 2)]]) {
    const file = write(name, text);
    assert.equal((await bring([file])).stdout, `${file}: 4999 events imported, 1 rejected (see ${file}.rejected)\n`);
    assert.equal(JSON.parse(readFileSync(`${file}.rejected`, 'utf8')).record, 4001);
  }
  assert.equal(await people('Buy', 1), 4999);
  // An event over several lines is not NDJSON, and no part of it is taken for one.
  const objects = write('objects.json', JSON.stringify(JSON.parse(line(1)), null, 2));
  const done = await bring([objects]);
  assert.equal(done.status, 1);
  assert.match(readFileSync(`${objects}.rejected`, 'utf8'), /one event a line, or an array of them/);
});

/** A server before the publisher that answers by itself what `strange` says. */
async function startProxy(t, publisher, strange) {
  const seen = { strange: 0 };
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      if (strange(body.toString(), response)) { seen.strange++; return; }
      const onward = http.request(publisher.url + request.url, { method: request.method, headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.writeHead(502).end('<html>Bad Gateway</html>'));
      onward.end(body);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => { server.close(); server.closeAllConnections(); });
  return { url: `http://127.0.0.1:${server.address().port}`, seen };
}

test('a record that something on the way does not let through costs no other', async (t) => {
  const { publisher, bring, write, people } = await start(t);
  const strange = {
    'a firewall\'s page': (body, response) => body.includes('DROP TABLE') && response.writeHead(403, { 'Content-Type': 'text/html' }).end('<html>Blocked</html>'),
    'no answer': (body, response) => body.includes('DROP TABLE') && response.socket.destroy(),
    'half an answer': (body, response) => body.includes('DROP TABLE') && response.writeHead(200).end('{"num_rec'),
  };
  for (const [name, answer] of Object.entries(strange)) {
    const event = `Buy through ${name}`;
    const proxy = await startProxy(t, publisher, answer);
    const lines = Array.from({ length: 300 }, (_, i) => JSON.stringify({ event, properties: { time: 1767323045, distinct_id: `p${i}`, $insert_id: `${name.length}-${i}` } }));
    lines[77] = lines[77].replace('p77', "Robert'); DROP TABLE students");
    const file = write(`${name.replace(/\W/g, '')}.ndjson`, lines.join('\n'));
    const done = await runBeside(['import', '--project', '8', '--url', proxy.url, file], { env });
    assert.equal(done.stdout, `${file}: 299 events imported, 1 rejected (see ${file}.rejected)\n`, done.stderr);
    assert.equal(JSON.parse(readFileSync(`${file}.rejected`, 'utf8')).line, 78);
    assert.equal(await people(event, 1), 299, name);
  }
});

test('a publisher that is away is waited for, and what happens is told', async (t) => {
  const { publisher, write } = await start(t);
  let away = false;
  const proxy = await startProxy(t, publisher, (body, response) => away && response.writeHead(502).end('<html>Bad Gateway</html>'));
  const file = write('events.ndjson', Array.from({ length: 20_000 }, (_, i) => line(i)).join('\n'));
  const child = spawn(binary, ['import', '--project', '8', '--url', proxy.url, file], { env });
  const told = { out: '', err: '' };
  child.stdout.on('data', (text) => (told.out += text));
  child.stderr.on('data', (text) => (told.err += text));
  const ended = new Promise((resolve) => child.on('close', resolve));
  await until(() => existsSync(`${file}.import`), 'a first batch is in');
  away = true;
  await until(() => told.err.includes('waiting: '), 'it says that it waits');
  assert.match(told.err, /answered 502/);
  await until(() => /waiting for \d+ s/.test(told.err), 'it says how long', 30_000);
  away = false;
  assert.equal(await ended, 0, told.err);
  assert.match(told.err, /going on/);
  assert.equal(told.out, `${file}: 20000 events imported, 0 rejected\n`);
});

test('what was cut off goes on under the same terms, and in the same file, alone', async (t) => {
  const { publisher, bring, write, people } = await start(t);
  await publisher.apply({ projects: [...shop.projects, { id: '9', name: 'Other', token: 'other', secret: 'secret9' }] });
  const rows = (from) => Array.from({ length: 6000 }, (_, i) => `p${from + i},${1795168800 + i},Buy`);
  const file = write('orders.csv', `distinct_id,time,event\n${rows(0).join('\n')}\n`);
  const child = spawn(binary, ['import', '--project', '8', '--url', publisher.url, file], { env });
  await until(() => existsSync(`${file}.import`), 'a part is in');
  child.kill('SIGKILL');
  await new Promise((resolve) => child.on('close', resolve));
  if (!existsSync(`${file}.import`)) return t.skip('it was faster');
  const other = await runBeside(['import', '--project', '9', '--url', publisher.url, file], { env: { ...process.env, BELLWETHER_IMPORT_SECRET: 'secret9' } });
  assert.match(other.stderr, /orders\.csv\.import is of an import to another project or publisher, or with other options/);
  assert.match((await bring(['--time-zone', 'Europe/Zurich', file])).stderr, /is of an import/);
  write('orders.csv', `distinct_id,time,event\n${rows(50_000).join('\n')}\n`);
  const changed = await bring([file]);
  assert.match(changed.stderr, /not the one of which a part was imported/);
  assert.equal(changed.status, 1);
  write('orders.csv', `distinct_id,time,event\n${[...rows(0), ...rows(6000)].join('\n')}\n`);
  assert.match((await bring([file])).stdout, /12000 events imported, 0 rejected/);
  assert.equal(await people('Buy', 1), 12_000);
});

test('what is not a file, or not readable as one, is refused before anything is sent', async (t) => {
  const { bring, write, folder } = await start(t);
  const line1 = line(1);
  const pipe = await new Promise((resolve) => {
    const child = spawn('sh', ['-c', `printf '%s\\n' '${line1}' | "${binary}" import --project 8 /dev/stdin`], { env });
    let told = '';
    child.stderr.on('data', (text) => (told += text));
    child.on('close', (status) => resolve({ status, told }));
  });
  assert.equal(pipe.status, 1);
  assert.match(pipe.told, /\/dev\/stdin is not a file but a pipe/);
  const latin = write('latin.csv', Buffer.from('event,time,distinct_id\nBuy,1795168800,M\xfcller\nBuy,1795168801,Ann\n', 'latin1'));
  const done = await bring([latin]);
  assert.match(done.stdout, /1 events imported, 1 rejected/);
  const { line: at, message } = JSON.parse(readFileSync(`${latin}.rejected`, 'utf8'));
  assert.equal(at, 2);
  assert.match(message, /is not UTF-8; convert the file first, as with iconv -f WINDOWS-1252/);
  const bad = write('bad.csv', 'event,time,distinct_id\nBuy,1795168800,Ann\nBuy,soon,Ann\n');
  const full = existsSync('/dev/full') ? ['/dev/full'] : [];
  for (const place of [join(folder, 'none/x'), folder, ...full]) {
    const unwritten = await bring(['--rejects', place, bad]);
    assert.equal(unwritten.status, 1, place);
    assert.match(unwritten.stderr, /cannot be written; say where rejected records go/, place);
  }
  for (const device of full) assert.ok(statSync(device).isCharacterDevice(), 'it is still there');
  assert.match((await bring(['--event', 'Other', write('lines.ndjson', line1)])).stderr, /is JSON, whose events have names and types/);
});

test('numbers with a decimal comma, as a spreadsheet of Europe writes them', async (t) => {
  const { bring, write, arrived } = await start(t);
  const file = write('orders.csv', '\ufeff"distinct_id";"time";"event";"amount"\r\n"007";"2026-11-20 10:00:00";"Buy";"12,50"\r\n"008";"2026-11-20 10:00:01";"Buy";"7"\r\n');
  assert.match((await bring(['--decimal-comma', file])).stdout, /2 events imported, 0 rejected/);
  assert.deepEqual((await arrived()).map(({ distinct_id, properties: { amount } }) => [distinct_id, amount]).sort(), [['007', 12.5], ['008', 7]]);
});

test('a number is stored and found as it was written', async (t) => {
  const { publisher, bring, write, arrived } = await start(t);
  const numbers = [123456789.123456789, ...Array.from({ length: 300 }, (_, i) => i / 7 + 1e3)];
  const file = write('numbers.ndjson', numbers.map((n, i) => line(i, { n })).join('\n'));
  assert.match((await bring([file])).stdout, /301 events imported/);
  assert.deepEqual((await arrived()).map(({ properties: { n } }) => n).sort((a, b) => a - b), numbers.sort((a, b) => a - b));
  for (const value of [123456789.123456789, 299 / 7 + 1e3]) {
    const { count } = await publisher.call('POST', '/v1/cohorts/preview', { project_id: '8', definition: { groups: [{ conditions: [
      { did: { event: 'Buy', where: [{ property: 'n', op: 'is', value }] } }] }] } });
    assert.equal(count, 1, `${value}`);
  }
});

test('what is wrong is said: no right, a wrong one, no file, no publisher', async (t) => {
  const { folder, bring } = await start(t);
  const file = join(folder, 'events.ndjson');
  writeFileSync(file, line(1));
  assert.match((await bring([file], {})).stderr, /BELLWETHER_IMPORT_SECRET/);
  assert.match((await bring([file, '--secret', 'wrong'])).stderr, /401: Invalid credentials/);
  assert.match((await bring([join(folder, 'none.ndjson')])).stderr, /none\.ndjson cannot be read/);
  assert.match((await bring([file, '--user', 'robot'], { env: { ...env, BELLWETHER_IMPORT_PASSWORD: 'pw' } })).stdout, /1 events imported/);
});
