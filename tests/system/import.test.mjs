// `bellwether import`: files into a running publisher.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runBeside, temporaryFolder } from './support/bellwether.mjs';
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
  return { publisher, folder, bring, people };
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

test('what is wrong is said: no right, a wrong one, no file, no publisher', async (t) => {
  const { folder, bring } = await start(t);
  const file = join(folder, 'events.ndjson');
  writeFileSync(file, line(1));
  assert.match((await bring([file], {})).stderr, /BELLWETHER_IMPORT_SECRET/);
  assert.match((await bring([file, '--secret', 'wrong'])).stderr, /401: Invalid credentials/);
  assert.match((await bring([join(folder, 'none.ndjson')])).stderr, /none\.ndjson cannot be read/);
  assert.match((await bring([file, '--user', 'robot'], { env: { ...process.env, BELLWETHER_IMPORT_PASSWORD: 'pw' } })).stdout, /1 events imported/);
});
