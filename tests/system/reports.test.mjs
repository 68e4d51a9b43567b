// Reports: kept by the API and by `bellwether apply`, run against the real engine, printed by `bellwether report`.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { run, temporaryFolder } from './support/bellwether.mjs';
import { Publisher } from './support/publisher.mjs';

const shop = (reports = []) => ({ projects: [{ id: '8', name: 'Shop', time_zone: 'Europe/Berlin', token: 'token', secret: 'secret',
  cohorts: [{ name: 'Buyers', definition: { groups: [{ conditions: [{ did: { event: 'Buy' } }] }] } }], reports }] });
const at = (text) => Date.parse(text);
const range = { from: '2026-02-02', to: '2026-02-05' };
const message = ({ status, json }) => [status, json?.error?.message];

/** Three days in Berlin; the first event lies on 1 February by UTC. */
const events = [
  ['Visit', 'ann', { city: 'Bonn' }, at('2026-02-01T23:30:00Z')],
  ['Visit', 'bob', { city: 'Ulm' }, at('2026-02-02T10:00:00Z')],
  ['Buy', 'ann', { city: 'Bonn', amount: 1200.5 }, at('2026-02-02T11:00:00Z')],
  ['Visit', 'cid', {}, at('2026-02-04T10:00:00Z')],
  ['Buy', 'cid', { amount: 99 }, at('2026-02-04T10:30:00Z')],
  ['Buy', 'cid', { amount: 1 }, at('2026-02-04T12:00:00Z')],
];
const sales = { kind: 'insights', unit: 'day', range, metrics: [{ name: 'Sales', event: 'Buy', measure: 'sum', property: 'amount', format: 'currency:EUR' },
  { name: 'Visitors', event: 'Visit', measure: 'unique' }], formulas: [{ name: 'Each', expression: 'A / B', format: 'currency:EUR' }] };

test('reports of each kind, by the API, over days of the project', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply(shop());
  await publisher.import(events);
  const result = async (definition) => publisher.call('POST', '/v1/reports/run', { project_id: '8', definition });

  const insights = await result(sales);
  assert.deepEqual(insights.buckets, ['2026-02-01T23:00:00.000Z', '2026-02-02T23:00:00.000Z', '2026-02-03T23:00:00.000Z']);
  assert.deepEqual(insights.series.map(({ metric, format, segment, values }) => [metric, format, segment, values]), [
    ['Sales', 'currency:EUR', [], [1200.5, 0, 100]], ['Visitors', 'number', [], [2, 0, 1]], ['Each', 'currency:EUR', [], [600.25, null, 100]]]);

  const cities = await result({ kind: 'segmentation', event: 'Visit', by: 'city', unit: 'day', range });
  assert.deepEqual(Object.fromEntries(cities.series.map(({ segment, values }) => [segment[0], values])),
    { Bonn: [1, 0, 0], Ulm: [1, 0, 0], null: [0, 0, 1] });
  const byCohort = await result({ kind: 'insights', metrics: [{ event: 'Visit' }], breakdown: { cohorts: ['Buyers'] }, unit: 'day', range });
  assert.deepEqual(Object.fromEntries(byCohort.series.map(({ segment, values }) => [segment[0], values])), { Buyers: [1, 0, 1], null: [1, 0, 0] });

  const funnel = await result({ kind: 'funnels', steps: [{ event: 'Visit' }, { event: 'Buy' }], window: '1d', unit: 'day', range });
  assert.deepEqual(funnel.funnel[0].steps.map(({ step, count, median_seconds }) => [step, count, median_seconds]),
    [['Visit', 3, 0], ['Buy', 2, (11.5 * 3600 + 1800) / 2]]);
  assert.deepEqual(funnel.trend.series[0].values, [50, null, 100]);

  const retention = await result({ kind: 'retention', birth: { event: 'Visit' }, return: { event: 'Buy' }, periods: 1, unit: 'day', range });
  assert.deepEqual(retention.retention[0].cohorts, [{ size: 2, retained: [1, 0] }, { size: 0, retained: [0, 0] }, { size: 1, retained: [1, 0] }]);
});

test('reports are stored by name, refused where they are wrong, and answered as CSV', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply(shop());
  await publisher.import(events);
  const create = (body) => publisher.try('POST', '/v1/reports', { project_id: '8', ...body });
  const made = await create({ name: 'Sales', definition: sales });
  assert.deepEqual([made.status, made.json.id, made.json.definition], [201, 1, sales]);
  assert.deepEqual(message(await create({ name: 'Sales', definition: sales })), [409, 'the project has a report "Sales" already']);
  assert.deepEqual(message(await create({ name: 'x', definition: { kind: 'insights', metrics: [{ evnt: 'x' }] } })),
    [400, 'definition: metrics[0].evnt: is not known here; known are "name", "event", "where", "measure", "property", "format"']);
  assert.deepEqual(message(await create({ name: 'x', definition: { ...sales, breakdown: { cohorts: ['Nobody'] } } })),
    [400, 'definition: breakdown.cohorts: there is no cohort "Nobody"']);
  assert.deepEqual(message(await publisher.try('GET', '/v1/reports/7/result')), [404, 'there is no such report']);

  const csv = await fetch(`${publisher.admin}/v1/reports/1/result`, { headers: { Accept: 'text/csv' } });
  assert.equal((await csv.text()).split('\n').slice(0, 3).join('\n'),
    'time,metric,segment,value\n2026-02-01T23:00:00.000Z,Sales,,1200.5\n2026-02-02T23:00:00.000Z,Sales,,0');
  const minutes = { ...sales, unit: 'minute', range: { last: '30d' } };
  await publisher.call('PUT', '/v1/reports/1', { name: 'Sales', definition: minutes });
  assert.match(message(await publisher.try('GET', '/v1/reports/1/result'))[1], /^definition: the range has 432\d\d buckets of a minute, at most 5000 are allowed/);

  await publisher.call('PUT', '/v1/reports/1', { name: 'Sales', definition: { ...sales, breakdown: { cohorts: ['Buyers'] } } });
  assert.deepEqual(message(await publisher.try('DELETE', '/v1/cohorts/1')), [409, 'the cohort "Buyers" is used by the report "Sales"']);
  await publisher.call('DELETE', '/v1/reports/1');
  assert.deepEqual(await publisher.call('GET', '/v1/reports?project=8'), { data: [], next: null });
});

test('a project\'s time zone must be one', async (t) => {
  const publisher = await Publisher.start(t);
  const project = { name: 'Shop', token: 'token', time_zone: 'Berlin' };
  assert.deepEqual(message(await publisher.try('PUT', '/v1/projects/8', project)),
    [400, 'there is no time zone "Berlin"; they are named like "Europe/Berlin"']);
  await publisher.call('PUT', '/v1/projects/8', { ...project, time_zone: 'Asia/Kolkata' });
  const kept = await publisher.call('PUT', '/v1/projects/8', { name: 'Shop', token: 'token' });
  assert.equal(kept.time_zone, 'Asia/Kolkata');
});

test('bellwether report prints a chart and a table', async (t) => {
  const publisher = await Publisher.start(t);
  const file = join(temporaryFolder(t), 'publisher.yaml');
  writeFileSync(file, JSON.stringify(shop([{ name: 'Sales', definition: sales },
    { name: 'Way', definition: { kind: 'funnels', steps: [{ event: 'Visit' }, { event: 'Buy' }], range } },
    { name: 'Back', definition: { kind: 'retention', birth: { event: 'Visit' }, return: { event: 'Buy' }, periods: 2, range } }])));
  const admin = ['--admin', publisher.admin.replace('http://', '')];
  const applied = run(['apply', file, ...admin]);
  assert.match(applied.stdout, /create report "Sales" of project 8\n/);
  assert.match(run(['apply', file, ...admin]).stdout, /^nothing differs/);
  await publisher.import(events);
  const printed = run(['report', 'Sales', '--project', '8', ...admin]);
  assert.deepEqual([printed.status, printed.signal, printed.stderr], [0, null, '']);
  const table = printed.stdout;
  assert.match(table, /•/);
  assert.match(table, /2026-02-01T23:00:00.000Z {2}€1,200.5 {2}2 {9}€600.25\n/);
  assert.match(run(['report', 'Way', '--project', '8', ...admin]).stdout, /Buy {4}2 {6}66.67% {4}66.67% {7}6h\n/);
  assert.match(run(['report', 'Back', '--project', '8', ...admin]).stdout, /2 {5}50.0% {3}0.0% {2}0.0%\n/);
  assert.equal(run(['report', '1', '--project', '8', '--csv', ...admin]).stdout.split('\n')[0], 'time,metric,segment,value');
  const missing = run(['report', 'Nothing', '--project', '8', ...admin]);
  assert.deepEqual([missing.status, missing.stderr], [1, 'bellwether: project 8 has no report "Nothing"\n']);
  writeFileSync(file, JSON.stringify(shop([{ name: 'Sales', definition: sales }])));
  assert.match(run(['apply', file, ...admin]).stdout, /delete report "Way" of project 8\n/);
});

test('the published schema and the publisher agree on what a report is', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply(shop());
  const served = await publisher.call('GET', '/report-definition.schema.json');
  assert.deepEqual(served, JSON.parse(readFileSync(new URL('../../contract/report-definition.schema.json', import.meta.url))));
  const validate = new Ajv2020({ strict: false }).compile(served);
  const metric = (more) => ({ kind: 'insights', metrics: [{ event: 'a', ...more }] });
  const insights = (more) => ({ ...metric({}), ...more });
  const funnel = (more) => ({ kind: 'funnels', steps: [{ event: 'a' }, { event: 'b', name: 'B', where: [] }], ...more });
  const retention = (more) => ({ kind: 'retention', birth: { event: 'a' }, return: { event: 'b' }, ...more });
  const segmentation = (more) => ({ kind: 'segmentation', event: 'a', by: 'p', ...more });
  const right = [insights({}), insights({ unit: 'minute', range: { last: '1d' }, rolling: 7 }), insights({ range: { from: '2026-01-01' } }),
    insights({ formulas: [{ name: 'x', expression: '-A / 2', format: 'percent' }] }), insights({ breakdown: { properties: ['a', 'b'] } }),
    ...['total', 'unique', 'dau', 'wau', 'mau', 'total_per_user'].map((measure) => metric({ measure })),
    ...['sum', 'average', 'median', 'p90', 'p95', 'p99', 'min', 'max', 'distinct', 'sum_per_user'].map((measure) => metric({ measure, property: 'p' })),
    metric({ format: 'currency:EUR', where: [{ property: 'p', op: 'set' }] }),
    funnel({}), funnel({ order: 'any_order', counting: 'totals', window: '7d' }), funnel({ exclude: [{ event: 'c', after: 1, before: 2 }] }),
    retention({}), retention({ periods: 3, when: 'on_or_after', periods_are: 'rolling', unit: 'week' }),
    segmentation({}), segmentation({ measure: 'sum', property: 'q', unit: 'hour', range: { last: '3d' } })];
  const wrong = [{}, [], { kind: 'flows' }, { kind: 'insights' }, { kind: 'insights', metrics: [] }, metric({ event: '' }), metric({ measure: 'sum' }),
    metric({ property: 'p' }), metric({ measure: 'mode', property: 'p' }), metric({ format: 'currency:eur' }), insights({ rolling: 0 }), insights({ unit: 'year' }),
    insights({ breakdown: { properties: [] } }), insights({ breakdown: { properties: ['a'], cohorts: ['b'] } }), insights({ breakdown: { properties: ['a', 'a'] } }),
    insights({ range: {} }), insights({ range: { last: '7d', from: '2026-01-01' } }), insights({ range: { last: 'a week' } }), insights({ formulas: [{}] }),
    funnel({ steps: [{ event: 'a' }] }), funnel({ order: 'reverse' }), funnel({ window: 7 }), funnel({ exclude: [{ event: 'c', after: 0 }] }),
    retention({ unit: 'hour' }), retention({ periods: 91 }), { kind: 'retention', birth: { event: 'a' } }, segmentation({ by: 7 }), { kind: 'segmentation', event: 'a' }];
  for (const [definitions, is] of [[right, true], [wrong, false]]) {
    for (const definition of definitions) {
      const text = JSON.stringify(definition);
      assert.equal(validate(definition), is, `the schema on ${text}: ${JSON.stringify(validate.errors)}`);
      const made = await publisher.try('POST', '/v1/reports', { project_id: '8', name: text.slice(0, 100), definition });
      assert.equal(made.status < 300, is, `the publisher on ${text}: ${made.status} ${made.json.error?.message}`);
      if (is) await publisher.call('DELETE', `/v1/reports/${made.json.id}`);
    }
  }
});
