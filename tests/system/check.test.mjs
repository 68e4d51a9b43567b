// `bellwether check`: our own subscriber passes every case, a right receiver in another language too, and five wrong ones fail exactly where
// they should.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Receiver } from '../receivers/right.mjs';
import { AlwaysOk, MemoryOnly, PageByPage, ReplacesOnEachPage, UnknownCohort } from '../receivers/wrong.mjs';
import { Subscriber, atEnd, binary, makeCertificate, run, runBeside, temporaryFolder } from './support/bellwether.mjs';

const env = { ...process.env, BELLWETHER_CHECK_PASSWORD: 'secret' };
const check = (...args) => runBeside(['check', ...args], { env });
const failed = ({ cases }) => cases.filter(({ verdict }) => verdict === 'failed').map(({ name }) => name);
const notChecked = ({ cases }) => cases.filter(({ verdict }) => verdict === 'not_checked').map(({ name }) => name);

/** A receiver under way, and what the suite says of it. */
async function judge(t, Kind) {
  const receiver = new Kind({ user: 'mixpanel', password: 'secret', file: join(temporaryFolder(t), 'state.json') });
  const url = `http://127.0.0.1:${await receiver.listen()}`;
  atEnd(t, () => receiver.close());
  const done = await check(`${url}/sync`, '--user', 'mixpanel', '--mirror-url', `${url}/members/{project}/{cohort}`,
    '--restart-command', `curl -s -o /dev/null -X POST ${url}/restart`, '--settle', '0.3', '--json');
  assert.equal(done.stderr, '');
  return { ...JSON.parse(done.stdout), status: done.status };
}

const refusals = ['malformed-json', 'truncated-json', 'not-an-object', 'wrong-content-type', 'unknown-action', 'missing-action', 'missing-parameters',
  'missing-project', 'missing-cohort', 'missing-session', 'missing-members', 'missing-distinct-id', 'failure-body'];

test('our subscriber passes every case of both streams, killed on the way too', async (t) => {
  const folder = temporaryFolder(t);
  const credential = '  [[endpoint.credential]]\n  user = "mixpanel"\n  password_env = "BELLWETHER_CHECK_PASSWORD"\n';
  const config = ['cohort-sync', 'alerts'].map((kind) => `[[endpoint]]\npath = "/mixpanel/${kind}"\nkind = "${kind}"\n${credential}`).join('\n');
  const subscriber = await Subscriber.start(t, { data: join(folder, 'data'), config, env });
  // Kills it, starts it again at the same addresses, and waits until it listens.
  const again = join(folder, 'again.sh');
  const pid = join(folder, 'pid');
  const file = join(folder, 'bellwether.toml');
  writeFileSync(pid, String(subscriber.process.pid));
  writeFileSync(file, config);
  writeFileSync(again, `kill -9 $(cat ${pid}); while kill -0 $(cat ${pid}) 2>/dev/null; do sleep 0.01; done\n`
    + `${binary} subscriber --data ${subscriber.data} --config ${file} --listen ${subscriber.address} --admin-listen ${subscriber.admin.slice(7)} >/dev/null 2>&1 &\n`
    + `echo $! >${pid}; until curl -sf ${subscriber.admin}/readyz >/dev/null; do sleep 0.01; done\n`);
  atEnd(t, () => { try { process.kill(Number(readFileSync(pid, 'utf8')), 'SIGKILL'); } catch { /* it has ended */ } });
  for (let round = 0; round < 2; round++) {
    const done = await check(subscriber.url, '--kind', 'both', '--user', 'mixpanel', '--mirror-url', `${subscriber.admin}/v1/cohorts/{project}/{cohort}/members`,
      '--restart-command', `bash ${again}`, '--json');
    const report = JSON.parse(done.stdout);
    assert.deepEqual([done.status, failed(report), notChecked(report)], [0, [], []], JSON.stringify(report.cases.filter(({ verdict }) => verdict === 'failed')));
  }
});

test('a right receiver in another language passes', async (t) => {
  const report = await judge(t, Receiver);
  assert.deepEqual([report.status, failed(report), notChecked(report)], [0, [], []]);
});

for (const [Kind, expected] of [
  [AlwaysOk, ['credentials-wrong', 'credentials-missing', ...refusals, 'other-methods']],
  [PageByPage, ['full-load-swaps-at-once', 'pages-repeated', 'numbering-by-run', 'failed-run-leaves-nothing', 'failed-removal-leaves-nothing', 'lost-answer-converges']],
  [ReplacesOnEachPage, ['full-load-swaps-at-once', 'pages-out-of-order', 'pages-repeated', 'pages-in-parallel', 'ten-thousand-members']],
  [UnknownCohort, ['echo-members', 'echo-add-members', 'echo-remove-members', 'answer-is-json', 'empty-page', 'thousand-members', 'unknown-fields', 'property-types',
    'unicode', 'long-values', 'keep-alive', 'slow-body', 'in-time', 'credentials-right', 'broken-off', 'full-load-swaps-at-once', 'replace-removes', 'pages-out-of-order',
    'pages-repeated', 'pages-in-parallel', 'numbering-by-run', 'first-load-by-add', 'add-and-remove', 'failed-run-leaves-nothing', 'failed-removal-leaves-nothing',
    'lost-answer-converges', 'ten-thousand-members', 'survives-restart', 'no-4xx-for-valid']],
  [MemoryOnly, ['survives-restart']],
]) {
  test(`a wrong receiver fails where it should: ${Kind.name}`, async (t) => {
    const report = await judge(t, Kind);
    assert.deepEqual([report.status, failed(report)], [1, expected]);
    for (const one of report.cases.filter(({ verdict }) => verdict === 'failed')) {
      for (const field of ['sent', 'expected', 'came', 'mend', 'protects_from', 'contract']) assert.ok(one[field].length > 2, `${one.name}: ${field}`);
    }
  });
}

test('the report for people, for CI, the list, and what cannot be run', async (t) => {
  const receiver = new AlwaysOk();
  const port = await receiver.listen();
  atEnd(t, () => receiver.close());
  const url = `http://127.0.0.1:${port}/sync`;
  const junit = join(temporaryFolder(t), 'report.xml');
  const done = await check(url, '--only', 'malformed-json', 'echo-members', 'replace-removes', '--junit', junit);
  assert.equal(done.status, 1);
  assert.match(done.stdout, /✓ echo-members .*\n✗ malformed-json .*\n– replace-removes .*needs --mirror-url\n/);
  assert.match(done.stdout, /malformed-json \(CohortSyncResponse, failure\)\n +sent +.*\n +expected .*\n +came +200 application\/json .*\n +mend /);
  assert.match(done.stdout, /1 passed, 1 failed, 1 not checked\n$/);
  const xml = readFileSync(junit, 'utf8');
  assert.match(xml, /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuite name="bellwether check" tests="3" failures="1" skipped="1">/);
  assert.match(xml, /<testcase classname="cohort-sync" name="malformed-json"[^>]*><failure message="[^"]+">sent: .*&quot;/s);

  const list = run(['check', '--list', '--kind', 'both']).stdout.split('\n').filter((line) => /^\S/.test(line));
  assert.ok(list.length >= 60 && list.includes('lost-answer-converges') && list.includes('alert-taken'), `${list.length} cases`);
  for (const [args, message] of [[['http://127.0.0.1:1/sync'], /Failed to connect/], [[url, '--only', 'echo'], /no case "echo"/], [[], /which endpoint/],
    [['nonsense'], /nonsense/], [[url, '--kind', 'smoke'], /--kind/], [[url, '--nonsense'], /--nonsense/], [[url, '--mirror-url', 'http://127.0.0.1:1/{cohort}'], /--mirror-url: .*Failed to connect/],
    [[url, '--junit', '/nowhere/x.xml', '--only', 'echo-members'], /cannot be written/]]) {
    const wrong = await check(...args);
    assert.deepEqual([wrong.status, message.test(wrong.stderr)], [2, true], `${args}: ${wrong.stderr}`);
  }
});

test('over TLS, with a certificate that is named', async (t) => {
  const { certificate, key } = makeCertificate(temporaryFolder(t), '127.0.0.1');
  const subscriber = await Subscriber.start(t, { config: `[server]\ntls_certificate = "${certificate}"\ntls_key = "${key}"\n` });
  const sync = `${subscriber.url}/mixpanel/cohort-sync`;
  assert.equal((await check(sync, '--only', 'echo-members')).status, 2, 'it is not trusted');
  assert.equal((await check(sync, '--only', 'echo-members', 'broken-off', '--ca-file', certificate)).status, 0);
});

test('a load: at most the rate, only on this machine or when asked for', async (t) => {
  const subscriber = await Subscriber.start(t);
  const sync = `${subscriber.url}/mixpanel/cohort-sync`;
  const done = await check(sync, '--load', '--rate', '50', '--seconds', '2', '--json');
  const result = JSON.parse(done.stdout);
  assert.equal(done.status, 0, done.stderr);
  assert.ok(result.taken > 0 && result.taken <= 100 && result.not_taken === 0 && result.p99_ms >= result.p50_ms, JSON.stringify(result));
  const refused = run(['check', 'http://localhost.example:1/', '--load'], { input: 'no\n' });
  assert.equal(refused.status, 2);
});
