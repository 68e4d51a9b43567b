// What people configure: cohorts, destinations, syncs by the API; and everything as code by `bellwether apply`.
import assert from 'node:assert/strict';
import http from 'node:http';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { atEnd, run, runBeside, temporaryFolder, until } from './support/bellwether.mjs';
import { MailServer } from './support/mail_server.mjs';
import { Publisher, buyers, toLoopback } from './support/publisher.mjs';
import { Recorder } from './support/recorder.mjs';

const shop = { projects: [{ id: '8', name: 'Shop', token: 'token', secret: 'secret' }] };
const did = (event) => ({ groups: [{ conditions: [{ did: { event } }] }] });
const refers = (name) => ({ groups: [{ conditions: [{ in_cohort: name }] }] });
const message = ({ status, json }) => [status, json?.error?.message];

test('cohorts: names, references, previews, and who uses what cannot go', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply(shop);
  await publisher.import(Array.from({ length: 25 }, (_, i) => ['Buy', `p${String(i).padStart(2, '0')}`]));
  const create = (body) => publisher.try('POST', '/v1/cohorts', { project_id: '8', ...body });
  const buyersCohort = await create({ name: 'Buyers', definition: did('Buy') });
  assert.deepEqual([buyersCohort.status, buyersCohort.json.id, buyersCohort.json.kind], [201, 1, 'definition']);
  assert.deepEqual(message(await create({ name: 'Buyers', definition: did('x') })), [409, 'the project has a cohort "Buyers" already']);
  assert.deepEqual(message(await create({ name: '', definition: did('x') })),
    [400, "a cohort's name must be a string of 1 to 100 characters without control characters"]);
  assert.deepEqual(message(await create({ name: 'x', definition: { groups: [{ conditions: [{ did: { evnt: 'x' } }] }] } })),
    [400, 'definition: groups[0].conditions[0].did.evnt: is not known here; known are "event", "where", "within", "count", "aggregate"']);
  assert.deepEqual(message(await create({ name: 'x', definition: refers('Nobody') })), [400, 'definition: there is no cohort "Nobody"']);
  assert.deepEqual(message(await create({ name: 'x', definition: refers('x') })), [400, 'definition: the cohort "x" refers to itself']);
  assert.deepEqual(message(await create({ nam: 'x' })), [400, 'nam is not known here']);

  assert.deepEqual(await publisher.call('GET', '/v1/cohorts/1/preview'),
    { count: 25, members: Array.from({ length: 10 }, (_, i) => `p0${i}`) });
  await publisher.call('POST', '/v1/cohorts', { project_id: '8', name: 'Referrer', definition: refers('Buyers') });
  assert.equal((await publisher.call('GET', '/v1/cohorts/2/preview')).count, 25);
  assert.deepEqual(message(await publisher.try('DELETE', '/v1/cohorts/1')), [409, 'the cohort "Buyers" is used by the cohort "Referrer"']);
  assert.deepEqual(message(await publisher.try('PUT', '/v1/cohorts/1', { name: 'Renamed', definition: did('Buy') })),
    [409, '"Buyers" cannot be renamed: "Referrer" refer to it']);
  assert.deepEqual(message(await publisher.try('PUT', '/v1/cohorts/1', { name: 'Buyers', definition: refers('Referrer') })),
    [400, 'definition: the cohort "Referrer" refers to itself']);

  const list = await publisher.call('POST', '/v1/cohorts', { project_id: '8', name: 'Invited' });
  assert.deepEqual([list.kind, (await publisher.call('GET', `/v1/cohorts/${list.id}/preview`)).count], ['list', 0]);
  const upload = (text) => fetch(`${publisher.admin}/v1/cohorts/${list.id}/list`, { method: 'PUT', body: text });
  assert.deepEqual(await (await upload('distinct_id,why\np01,friend\n"a ""quoted"", one","x\ny"\r\np01\n\n')).json(), { members: 3 });
  assert.deepEqual(await publisher.call('GET', `/v1/cohorts/${list.id}/preview`), { count: 2, members: ['a "quoted", one', 'p01'] });
  assert.equal((await upload('"open')).status, 400);
  await upload('p02\n');
  assert.deepEqual((await publisher.call('GET', `/v1/cohorts/${list.id}/preview`)).members, ['p02']);
  const both = { match: 'all', groups: [{ conditions: [{ in_cohort: 'Invited' }, { did: { event: 'Buy' } }] }] };
  assert.deepEqual((await publisher.call('POST', '/v1/cohorts/preview', { project_id: '8', definition: both })).members, ['p02']);
  await publisher.call('DELETE', '/v1/cohorts/2');
  await publisher.call('DELETE', '/v1/cohorts/1');
  assert.equal((await publisher.try('GET', '/v1/cohorts/1')).status, 404);
});

test('the published schema and the publisher agree on what a definition is', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply(shop);
  const served = await publisher.call('GET', '/cohort-definition.schema.json');
  assert.deepEqual(served, JSON.parse(readFileSync(new URL('../../contract/cohort-definition.schema.json', import.meta.url))));
  const validate = new Ajv2020({ strict: false }).compile(served);
  const filter = (value) => ({ groups: [{ conditions: [{ profile: value }] }] });
  const within = (value) => ({ groups: [{ conditions: [{ did: { event: 'a', within: value } }] }] });
  const right = [did('a'), { match: 'any', ...did('a') }, within({ last: '7d' }), within({ from: '2026-01-01' }),
    within({ from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00+01:00' }), within({ to: '2026-01-01' }),
    ...[['is', 1], ['is', ['a', 1, true]], ['is_not', 'x'], ['contains', 'x'], ['not_contains', 'x'], ['list_contains', 1], ['list_not_contains', true],
      ['<', 1], ['<=', 1], ['>', 1.5], ['>=', -1], ['between', [1, 2]], ['before', '2026-01-01'], ['on_or_after', '2026-01-01'], ['in_last', '3h']]
      .map(([op, value]) => filter({ property: 'p', op, value })),
    filter({ property: 'p', op: 'set' }), filter({ property: 'p', op: 'not_set' }),
    { groups: [{ conditions: [{ did_not: { event: 'a', where: [{ property: 'p', op: 'set' }] } }] }] },
    { groups: [{ match: 'any', conditions: [{ did: { event: 'a', count: { op: '<', value: 3 } } },
      { did: { event: 'a', aggregate: { of: 'sum', property: 'p', op: '>', value: 1.5 } } },
      { sequence: { first: { event: 'a' }, then: { event: 'b' }, within_time: '7d', within: { last: '30d' } } }] }] }];
  const wrong = [{}, [], { groups: [] }, { groups: [{}] }, { groups: [{ conditions: [] }] }, { match: 'some', ...did('a') }, did(''), did(7), within({}),
    within({ last: '7 days' }), within({ last: '7d', from: '2026-01-01' }), within({ from: 'yesterday' }), within({ until: '2026-01-01' }),
    { groups: [{ conditions: [{}] }] }, { groups: [{ conditions: [{ did: { event: 'a' }, did_not: { event: 'a' } }] }] },
    ...[['is', []], ['is', null], ['is', {}], ['contains', 1], ['contains', ''], ['list_contains', [1]], ['<', '1'], ['between', [1]], ['between', [1, '2']],
      ['before', 1], ['in_last', '3 h'], ['is', undefined], ['set', 1], ['like', 'x']].map(([op, value]) => filter({ property: 'p', op, value })),
    { groups: [{ conditions: [{ did: { event: 'a', count: { op: '<', value: 3 }, aggregate: { of: 'sum', property: 'p', op: '>', value: 1 } } }] }] },
    { groups: [{ conditions: [{ did: { event: 'a', count: { op: '<', value: -1 } } }] }] },
    { groups: [{ conditions: [{ did: { event: 'a', count: { op: '<', value: 1.5 } } }] }] },
    { groups: [{ conditions: [{ did: { event: 'a', aggregate: { of: 'median', property: 'p', op: '>', value: 1 } } }] }] },
    { groups: [{ conditions: [{ sequence: { first: { event: 'a' }, then: { event: 'b' } } }] }] },
    { groups: [{ conditions: [{ in_cohort: 7 }] }] }];
  for (const [definitions, expected] of [[right, true], [wrong, false]]) {
    for (const definition of definitions) {
      assert.equal(validate(definition), expected, `schema: ${JSON.stringify(definition)}`);
      const { status, json } = await publisher.try('POST', '/v1/cohorts/preview', { project_id: '8', definition });
      assert.equal(status, expected ? 200 : 400, `publisher: ${JSON.stringify(definition)} ${JSON.stringify(json)}`);
    }
  }
});

test('destinations: secrets go in and never come out; a test says what is wrong', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply(shop);
  const recorder = await Recorder.start(t, { answer: () => ({ status: 400 }) });
  const made = await publisher.call('POST', '/v1/destinations', { project_id: '8', name: 'x', url: recorder.url, user: 'u', password: 'hush' });
  assert.deepEqual(made, { id: 1, project_id: '8', name: 'x', url: recorder.url, user: 'u', has_password: true, enabled: true });
  await publisher.call('PUT', '/v1/destinations/1', { name: 'y', url: recorder.url, user: 'u' });
  assert.equal((await publisher.call('GET', '/v1/destinations/1')).has_password, true, 'a password that is not given stays');
  assert.equal((await publisher.call('POST', '/v1/destinations/1/test')).ok, true);
  assert.equal(recorder.requests[0].headers.authorization, `Basic ${btoa('u:hush')}`);
  recorder.answer = () => ({ status: 401 });
  const refused = await publisher.call('POST', '/v1/destinations/1/test');
  assert.deepEqual([refused.ok, refused.message], [false, 'it is reached, but refuses the user or password']);
  for (const [body, status] of [[{ name: 'z', url: 'ftp://x/' }, 400], [{ name: 'z', url: `https://x/${'a'.repeat(2083)}` }, 400],
    [{ name: 'n'.repeat(101), url: 'https://x/' }, 400], [{ name: 'y', url: 'https://x/' }, 409], [{ name: 'z', url: 'https://x/', password: 'p' }, 400]]) {
    assert.equal((await publisher.try('POST', '/v1/destinations', { project_id: '8', ...body })).status, status, JSON.stringify(body));
  }
  assert.ok(!JSON.stringify(await publisher.call('GET', '/v1/projects')).includes('"secret"'));
  assert.ok(!publisher.log.includes('hush'));
});

test('limits: recurring syncs of a project, members of a cohort', async (t) => {
  const recorder = await Recorder.start(t);
  const publisher = await Publisher.start(t, { config: `${toLoopback}recurring_syncs = 1\nmost_members = 5\n` });
  const configuration = buyers(recorder.url);
  await publisher.apply(configuration);
  await publisher.ended_run(1);
  configuration.projects[0].destinations.push({ name: 'second', url: recorder.url });
  configuration.projects[0].syncs.push({ cohort: 'Buyers', destination: 'second' });
  const refused = await publisher.try('POST', '/v1/apply', configuration);
  assert.deepEqual(message(refused), [409, 'sync of "Buyers" to "second" of project 8: the project has 1 recurring syncs, which is the limit']);
  assert.equal((await publisher.call('GET', '/v1/destinations?project=8')).data.length, 1, 'a refused configuration changes nothing');
  await publisher.import(Array.from({ length: 6 }, (_, i) => ['Buy', `p${i}`]));
  const run = await publisher.run(1);
  assert.deepEqual([run.end, run.message], ['failed', 'the cohort has 6 members; at most 5 can be synced']);
});

test('bellwether apply: what would change, what changes, nothing the second time; syncs from the terminal', async (t) => {
  const recorder = await Recorder.start(t);
  const publisher = await Publisher.start(t);
  const folder = temporaryFolder(t);
  const file = join(folder, 'publisher.yaml');
  writeFileSync(join(folder, 'password'), 'from a file\n');
  const yaml = (password, extra = '') => `projects:
  - id: "8"
    name: Shop
    token: shop-token
    secret_env: SHOP_SECRET
    cohorts:
      - name: Loyal        # refers to a later one
        definition: {groups: [{conditions: [{in_cohort: Buyers}]}]}
      - name: Buyers
        definition:
          groups:
            - conditions:
                - did: {event: Buy, count: {op: ">=", value: 1}}
    destinations:
      - name: receiver
        url: ${recorder.url}
        user: u
        ${password}
    syncs:
      - cohort: Buyers
        destination: receiver
        properties: [plan]
${extra}`;
  writeFileSync(file, yaml(`password_file: ${join(folder, 'password')}`));
  const admin = ['--admin', publisher.admin.slice(7)];
  const env = { ...process.env, SHOP_SECRET: 'shh', OTHER: 'changed' };
  const apply = (...args) => run(['apply', file, ...admin, ...args], { env });

  const dry = apply('--dry-run');
  assert.equal(dry.stdout, 'would create project 8\nwould create cohort "Buyers" of project 8\nwould create cohort "Loyal" of project 8\n'
    + 'would create destination "receiver" of project 8\nwould create sync of "Buyers" to "receiver" of project 8\n', dry.stderr);
  assert.deepEqual((await publisher.call('GET', '/v1/projects')).data, []);
  assert.equal(apply().stdout, dry.stdout.replaceAll('would ', ''));
  assert.equal(apply().stdout, 'nothing differs\n');
  assert.equal(apply('--dry-run').stdout, 'nothing differs\n');
  await publisher.ended_run(1);
  assert.equal(recorder.requests[0].headers.authorization, `Basic ${btoa('u:from a file')}`);

  writeFileSync(file, yaml('password_env: OTHER', '        owner: ada@example.com\n'));
  assert.equal(apply().stdout, 'change destination "receiver" of project 8 (password)\nchange sync of "Buyers" to "receiver" of project 8 (owner)\n');
  writeFileSync(file, 'projects:\n  - id: "8"\n    name: Shop\n    token: shop-token\n    secret_env: SHOP_SECRET\n');
  assert.equal(apply().stdout, 'delete sync of "Buyers" to "receiver" of project 8\ndelete destination "receiver" of project 8\n'
    + 'delete cohort "Loyal" of project 8\ndelete cohort "Buyers" of project 8\n');

  for (const [text, complaint] of [['projects: [{id: 8', /publisher.yaml:\d+: /], ['projects:\n  - id: "8"\n    nam: x\n', /projects\[0\]\.nam is not known here/],
    ['projects:\n  - id: "8"\n    name: x\n    token: t\n    secret_env: NOT_THERE\n', /publisher.yaml:5: the environment variable NOT_THERE is not set/],
    ['projects:\n  - id: 8\n    name: x\n    token: t\n', /projects\[0\]\.id must be a string/]]) {
    writeFileSync(file, text);
    const wrong = apply();
    assert.equal(wrong.status, 1);
    assert.match(wrong.stderr, complaint);
  }

  writeFileSync(file, yaml('password_env: OTHER'));
  apply();
  const { data: [sync] } = await publisher.call('GET', '/v1/syncs');
  await publisher.ended_run(sync.id);
  const syncs = (...args) => runBeside(['syncs', ...args, ...admin]);
  assert.match((await syncs()).stdout, /ID +PROJECT +COHORT.*\n\d+ +8 +Buyers +receiver +active/);
  const followed = await syncs('run', String(sync.id), '--follow');
  assert.match(followed.stdout, /^run 2 succeeded: 0 members, 0 entered, 0 left, 2 attempts/, followed.stderr);
  assert.equal((await syncs('pause', String(sync.id))).stdout, `sync ${sync.id} is paused\n`);
  assert.match((await syncs('run', String(sync.id))).stderr, /paused \(paused by a person\): resume it/);
  assert.match((await syncs('resume', String(sync.id), '--follow')).stdout, /^run 3 succeeded/);
  assert.match((await syncs('runs', String(sync.id))).stdout, /RUN +NO[^]*succeeded/);
  const { run: last } = await publisher.call('GET', `/v1/syncs/${sync.id}`);
  assert.match((await syncs('attempts', String(last.id))).stdout, /delivered/);
  assert.match(run(['syncs', '--admin', '127.0.0.1:1']).stderr, /is the publisher running there/);
});

test('a sync that pauses tells its owner by mail and the operational webhook', async (t) => {
  const mail = await MailServer.start(t);
  const notices = [];
  const webhook = http.createServer((request, response) => {
    let text = '';
    request.on('data', (piece) => (text += piece)).on('end', () => { notices.push(JSON.parse(text)); response.end(); });
  });
  await new Promise((resolve) => webhook.listen(0, '127.0.0.1', resolve));
  atEnd(t, () => { webhook.close(); webhook.closeAllConnections(); });
  const recorder = await Recorder.start(t, { answer: () => ({ status: 403, body: 'no entry' }) });
  const publisher = await Publisher.start(t, { config: `${toLoopback}[notify]\nsmtp_url = "${mail.url}"\n`
    + `from = "bellwether@example.com"\nwebhook_url = "http://127.0.0.1:${webhook.address().port}/"\n` });
  await publisher.apply(buyers(recorder.url, { sync: { owner: 'ada@example.com' } }));
  await until(() => mail.taken.length > 0 && notices.length > 0, 'both were told');
  assert.deepEqual([mail.taken[0].from, mail.taken[0].to], ['bellwether@example.com', 'ada@example.com']);
  const text = mail.taken[0].part('text/plain').toString();
  assert.match(text, /bellwether syncs resume 1/);
  assert.deepEqual([notices[0].event, notices[0].sync_id, notices[0].project_id], ['sync_paused', 1, '8']);
});

test('the private listener wants its token, and says what it has not', async (t) => {
  const publisher = await Publisher.start(t, { env: { BELLWETHER_PUBLISHER_ADMIN_TOKEN: 'tok' } });
  assert.equal((await fetch(`${publisher.admin}/v1/syncs`)).status, 401);
  assert.equal((await fetch(`${publisher.admin}/v1/syncs`, { headers: { Authorization: 'Bearer tok' } })).status, 200);
  assert.equal((await fetch(`${publisher.admin}/healthz`)).status, 200);
  assert.equal((await fetch(`${publisher.admin}/readyz`)).status, 200);
  const headers = { Authorization: 'Bearer tok' };
  const metrics = await (await fetch(`${publisher.admin}/metrics`, { headers })).text();
  assert.match(metrics, /bellwether_publisher_ready 1/);
  assert.equal((await fetch(`${publisher.admin}/nothing`, { headers })).status, 404);
  const wrong = await fetch(`${publisher.admin}/v1/syncs/1/run`, { headers });
  assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'POST']);
});

test('the example applies as it stands', async (t) => {
  const publisher = await Publisher.start(t);
  const example = new URL('../../examples/publisher.yaml', import.meta.url).pathname;
  const env = { ...process.env, TEA_SHOP_SECRET: 'a', EXPORTER_PASSWORD: 'b', CRM_PASSWORD: 'c', WAREHOUSE_PASSWORD: 'd' };
  const done = await runBeside(['apply', example, '--dry-run', '--admin', publisher.admin.slice(7)], { env });
  assert.equal(done.status, 0, done.stderr);
  assert.equal(done.stdout.split('\n').filter((line) => line.startsWith('would create')).length, 12, done.stdout);
});
