// What one project sends must hurt nobody else: not the requests beside it, not other projects, not the next start.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { temporaryFolder } from './support/bellwether.mjs';
import { Publisher } from './support/publisher.mjs';

const projects = { projects: ['8', '9'].map((id) => ({ id, name: id, token: `token${id}`, secret: `secret${id}` })) };
const nestedText = (depth) => '['.repeat(depth) + ']'.repeat(depth);
const event = (properties) => `{"event":"E","properties":{"token":"token8","distinct_id":"a",${properties}}}`;
const engage = (operations, id = 'a') => `{"$token":"token8","$distinct_id":"${id}",${operations}}`;
const list = (count, of = (i) => i) => JSON.stringify(Array.from({ length: count }, (_, i) => of(i)));

/** Each: what it is, the path, the body; and whether something of it may be stored. */
const poisons = [
  ['an infinite number in $set', '/engage', engage('"$set":{"x":1e400}')],
  ['an infinite number in $append', '/engage', engage('"$append":{"x":[-1e400]}')],
  ['a sum that becomes infinite', '/engage', `[${[1e308, 1e308, 1].map((x) => engage(`"$add":{"x":${x}}`)).join()}]`],
  ['the same again', '/engage', engage('"$add":{"x":1e308}')],
  ['a union of 400,000', '/engage', engage(`"$union":{"l":${list(400_000)}}`)],
  ['a union of 100,000', '/engage', engage(`"$union":{"l":${list(100_000)}}`)],
  ['2,000 appended to one person', '/engage', `[${Array.from({ length: 2000 }, (_, i) => engage(`"$append":{"m":${i}}`)).join()}]`],
  ['200,000 appended to one person', '/engage', `[${Array.from({ length: 200_000 }, (_, i) => engage(`"$append":{"m":${i}}`)).join()}]`],
  ['a key of a megabyte', '/engage', engage(`"$set":{"${'k'.repeat(1 << 20)}":1}`)],
  ['an id of ten megabytes', '/engage', engage('"$set":{"x":1}', 'i'.repeat(10 << 20))],
  ['an infinite number', '/track', event('"x":1e400')],
  ['arrays 1,005 deep', '/track', event(`"plan":${nestedText(1005)}`)],
  ['arrays 20,000 deep', '/track', event(`"plan":${nestedText(20_000)}`)],
  ['60,000 inner keys', '/track', event(`"o":${JSON.stringify(Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`k${i}`, i])))}`)],
  ['40,000 objects in an array', '/track', event(`"o":${list(40_000, (i) => ({ [`k${i}`]: i }))}`)],
  ['an array of alternating types', '/track', event(`"o":${list(50_000, (i) => (i % 2 ? 'x' : i))}`)],
  ['an array of arrays of alternating types', '/track', event(`"o":${list(5000, (i) => (i % 3 ? [i] : [[String(i)]]))}`)],
  ['2,000 aliases in reverse order', '/track', `[${Array.from({ length: 2000 }, (_, i) =>
    `{"event":"$create_alias","properties":{"token":"token8","distinct_id":"p${i + 1}","alias":"p${i}"}}`).join()}]`],
];

const peak = (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

test('no event or profile update of one project hurts another one', async (t) => {
  const data = join(temporaryFolder(t), 'data');
  let publisher = await Publisher.start(t, { data });
  await publisher.apply(projects);
  const send = (path, body) => fetch(`${publisher.url}${path}`, { method: 'POST', body: body.length > 100_000 ? gzipSync(body) : body,
    headers: { 'Content-Type': 'application/json', ...(body.length > 100_000 ? { 'Content-Encoding': 'gzip' } : {}) } });
  let served = 0;
  /** Project 9 is served right, in ten seconds. */
  const healthy = async () => {
    const id = `h${++served}`;
    const begun = Date.now();
    const tracked = await send('/track', `{"event":"E","properties":{"token":"token9","distinct_id":"${id}","plan":"pro"}}`);
    assert.equal(await tracked.text(), '1');
    const updated = await send('/engage', `{"$token":"token9","$distinct_id":"${id}","$set":{"plan":"pro"}}`);
    assert.equal(await updated.text(), '1');
    const { series } = await publisher.call('POST', '/v1/reports/run', { project_id: '9',
      definition: { kind: 'insights', metrics: [{ event: 'E' }], unit: 'day', range: { last: '2d' } } });
    assert.equal(series[0].values.reduce((sum, value) => sum + value, 0), served);
    assert.ok(Date.now() - begun < 10_000);
  };
  await healthy();
  const before = peak(publisher.process.pid);
  for (const [what, path, body] of poisons) {
    await t.test(what, async () => {
      const answers = Promise.all([send(path, body), send(path, body)]);
      await healthy();
      for (const answer of await answers) assert.ok([200, 400, 413].includes(answer.status), `${answer.status} ${await answer.text()}`);
      await healthy();
    });
  }
  const grown = peak(publisher.process.pid) - before;
  assert.ok(grown < 1024, `it grew by ${grown} MiB`);
  await publisher.stop();
  publisher = await Publisher.start(t, { data });
  await healthy();
});

test('reports of the largest numbers are JSON', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply(projects);
  await publisher.import([1, 2, 3].map((day) => ['E', 'a', { amount: 1.7e308 }, Date.parse(`2026-02-0${day}T10:00:00Z`)]), { secret: 'secret8' });
  for (const metric of [{ measure: 'sum' }, { measure: 'average' }, { measure: 'sum' }]) {
    const { series } = await publisher.call('POST', '/v1/reports/run', { project_id: '8', definition: { kind: 'insights', unit: 'day',
      range: { from: '2026-02-01', to: '2026-02-04' }, rolling: 3, metrics: [{ event: 'E', property: 'amount', ...metric }] } });
    assert.equal(series[0].values.length, 3, JSON.stringify(metric));
  }
});
