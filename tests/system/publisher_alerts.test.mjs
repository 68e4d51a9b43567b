// Alerts of the publisher: what people define, what fires, whom it tells, and what is kept of it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import http from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd, temporaryFolder, until } from './support/bellwether.mjs';
import { validator } from './support/asyncapi.mjs';
import { MailServer } from './support/mail_server.mjs';
import { colours, readPng } from './support/png.mjs';
import { Publisher, toLoopback } from './support/publisher.mjs';

const hour = 3_600_000;
const config = `${toLoopback}\n[alerts]\nbase_url = "https://bellwether.example.com/"\ngrace = "0s"\nevery = "200ms"\n`;
const judges = ['2.6', '3.1'].map((version) => validator(version, 'CustomAlertTriggeredPayload'));
const message = ({ status, json }) => [status, json?.error?.message];
const sales = (more = {}) => ({ kind: 'insights', unit: 'hour', range: { last: '24h' },
  metrics: [{ name: 'Sales', event: 'Buy', measure: 'sum', property: 'amount', format: 'currency:EUR' }], ...more });
const byCity = sales({ breakdown: { properties: ['city'] } });

/** An endpoint that keeps what it is sent; `answer` gives a status. */
async function receiver(t, answer = () => 200) {
  const taken = [];
  const server = http.createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    taken.push({ headers: request.headers, body: JSON.parse(text) });
    response.writeHead(answer(taken.length)).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(t, () => { server.close(); server.closeAllConnections(); });
  return { taken, url: `http://127.0.0.1:${server.address().port}/alerts` };
}

/** A shop whose last complete hours have 1000, 1000 and 250 in sales, Ulm's share gone. */
async function shop(t, { alerts = [], webhooks = [], definition = sales(), more = '' } = {}) {
  const data = join(temporaryFolder(t), 'data');
  const publisher = await Publisher.start(t, { config: config + more, data });
  const configuration = { projects: [{ id: '8', name: 'Shop', token: 'token', secret: 'secret',
    reports: [{ name: 'Sales', definition }], webhooks, alerts }] };
  await publisher.apply(configuration);
  const start = Math.floor(Date.now() / hour) * hour;
  // The last complete hour is judged at once: let that be done while it is empty.
  await until(async () => (await publisher.call('GET', '/v1/alerts?project=8')).data.every(({ judged_until }) => Date.parse(judged_until) >= start), 'the alerts are judged');
  const buy = (hoursAgo, city, amount) => ['Buy', city, { city, amount }, start - hoursAgo * hour + 60_000];
  await publisher.import([buy(3, 'Bonn', 250), buy(3, 'Ulm', 750), buy(2, 'Bonn', 250), buy(2, 'Ulm', 750), buy(1, 'Bonn', 250)]);
  return { publisher, data, configuration, start };
}

/** The publisher was down for some hours: the alerts were last judged so long ago. */
async function downFor(t, { publisher, data, start }, hours, more = '') {
  await publisher.stop();
  const edit = spawnSync('sqlite3', [join(data, 'publisher.db'), `UPDATE alert SET judged_until = ${start - hours * hour}`], { encoding: 'utf8' });
  assert.equal(edit.stderr, '');
  return Publisher.start(t, { config: config + more, data });
}

const above = (threshold) => ({ type: 'absolute', operator: '>', threshold });
const below = (threshold) => ({ type: 'absolute', operator: '<', threshold });
const history = async (publisher, id) => (await publisher.call('GET', `/v1/alerts/${id}/history`)).data.reverse();
const kinds = async (publisher, id) => (await history(publisher, id)).map(({ kind }) => kind);

test('what people define: webhooks and alerts, checked, and gone in order', async (t) => {
  const { publisher } = await shop(t);
  const hook = (body) => publisher.try('POST', '/v1/webhooks', { project_id: '8', ...body });
  const made = await hook({ name: 'Pager', url: 'http://127.0.0.1:9/x', user: 'u', password: 'p' });
  assert.deepEqual([made.status, made.json], [201, { id: 1, project_id: '8', name: 'Pager', url: 'http://127.0.0.1:9/x', user: 'u',
    has_password: true, enabled: true, format: 'mixpanel' }]);
  assert.equal((await hook({ name: 'x', url: 'ftp://a' })).status, 400);
  assert.deepEqual(message(await hook({ name: 'x', url: 'http://127.0.0.1:9/x', format: 'fax' })), [400, 'format must be "mixpanel", "slack", "alertmanager" or "pagerduty"']);
  assert.deepEqual(message(await hook({ name: 'x', url: 'http://127.0.0.1:9/x', format: 'pagerduty' })),
    [400, 'a webhook of the format pagerduty needs the routing key as its password']);
  assert.equal((await publisher.call('POST', '/v1/webhooks/1/test')).ok, false);

  const alert = (body) => publisher.try('POST', '/v1/alerts', { project_id: '8', report_id: 1, name: 'Low', condition: below(100), ...body });
  const low = await alert({ webhooks: [1], emails: ['ada@example.com'], creator: 'Ada', creator_email: 'ada@example.com', frequency: '1d' });
  assert.equal(low.status, 201);
  const { judged_until, ...rest } = low.json;
  assert.deepEqual(rest, { id: 1, project_id: '8', report_id: 1, name: 'Low', creator: 'Ada', creator_email: 'ada@example.com', metric: 'Sales', segment: [],
    condition: below(100), frequency_seconds: 86400, windows: { time_zone: 'UTC', windows: [] }, paused: false, state: 'active', problem: '', webhooks: [1],
    emails: ['ada@example.com'], last_notified_at: null });
  assert.equal(Date.parse(judged_until) % hour, 0);
  for (const [body, text] of [
    [{}, 'the project has an alert "Low" already'],
    [{ name: 'x'.repeat(51) }, "an alert's name must be a string of 1 to 50 characters without control characters"],
    [{ name: 'x', report_id: 7 }, 'report_id: there is no report 7'],
    [{ name: 'x', webhooks: [7] }, 'webhooks: there is no webhook 7'],
    [{ name: 'x', metric: 'Visits' }, 'the report has no metric "Visits"; it has "Sales"'],
    [{ name: 'x', segment: 'any' }, 'the report has no breakdown, so there is no segment to watch'],
    [{ name: 'x', condition: { type: 'absolute' } }, 'condition.operator: is missing'],
    [{ name: 'x', windows: { windows: [{ start_day: 5, end_day: 1 }] } }, 'windows.windows[0]: must end after it starts: the following week\'s days are 7 to 13'],
    [{ name: 'x', frequency: '1s' }, 'frequency must be from 1m to 31d'],
    [{ name: 'x', emails: ['nobody'] }, 'each of emails must be one e-mail address'],
    [{ name: 'x', creator_email: 'a b@c' }, 'creator_email must be one e-mail address'],
  ]) assert.equal(message(await alert(body))[1], text);
  const windows = { time_zone: 'Europe/Berlin', windows: [{ start_day: 4, end_day: 7, start_time: '18:00', end_time: '08:00' }] };
  assert.deepEqual((await publisher.call('PUT', '/v1/alerts/1', { windows })).windows, windows);
  assert.deepEqual(message(await publisher.try('DELETE', '/v1/webhooks/1')), [409, 'the webhook "Pager" is used by the alerts "Low"']);
  assert.deepEqual(message(await publisher.try('DELETE', '/v1/reports/1')), [409, 'the report is watched by the alerts "Low"']);
  assert.equal((await publisher.call('POST', '/v1/alerts/1/pause')).state, 'paused');
  assert.equal((await publisher.call('POST', '/v1/alerts/1/resume')).state, 'active');
  assert.deepEqual(await kinds(publisher, 1), ['created', 'edited', 'paused', 'resumed']);
  await publisher.call('DELETE', '/v1/alerts/1');
  await publisher.call('DELETE', '/v1/webhooks/1');
  await publisher.call('DELETE', '/v1/reports/1');
});

test('a report that changes makes an alert invalid, and says so first', async (t) => {
  const told = await receiver(t);
  const data = join(temporaryFolder(t), 'data');
  const publisher = await Publisher.start(t, { data, config: `${config}\n[notify]\nwebhook_url = "${told.url}"\n` });
  const configuration = { projects: [{ id: '8', name: 'Shop', token: 'token', reports: [{ name: 'Sales', definition: sales() }],
    alerts: [{ name: 'Low', report: 'Sales', condition: below(-1) }] }] };
  await publisher.apply(configuration);
  const other = sales({ metrics: [{ name: 'Orders', event: 'Buy' }] });
  const problem = 'the report has no metric "Sales"; it has "Orders"';
  assert.deepEqual((await publisher.call('PUT', '/v1/reports/1?dry_run=1', { name: 'Sales', definition: other })).alerts,
    [{ id: 1, name: 'Low', becomes: 'invalid', problem }]);
  assert.equal((await publisher.call('GET', '/v1/alerts/1')).state, 'active');
  await publisher.call('PUT', '/v1/reports/1', { name: 'Sales', definition: other });
  await publisher.call('PUT', '/v1/reports/1', { name: 'Sales', definition: { ...other, unit: 'day' } });
  const invalid = await publisher.call('GET', '/v1/alerts/1');
  assert.deepEqual([invalid.state, invalid.problem], ['invalid', problem]);
  await until(() => told.taken.length > 0, 'the creator is told');
  configuration.projects[0].reports[0].definition = sales();
  await publisher.apply(configuration);
  assert.equal((await publisher.call('GET', '/v1/alerts/1')).state, 'active');
  assert.deepEqual(await kinds(publisher, 1), ['created', 'invalid', 'valid']);
  assert.deepEqual(told.taken.map(({ body }) => [body.event, body.alert_id, body.message]), [['alert_invalid', 1, problem]]);
});

test('a firing tells each receiver once, by the contract, also after restarts', async (t) => {
  const contract = await receiver(t);
  const slack = await receiver(t);
  const manager = await receiver(t);
  const pager = await receiver(t);
  const webhooks = [{ name: 'contract', url: contract.url, user: 'mixpanel', password: 'secret' }, { name: 'slack', url: slack.url, format: 'slack' },
    { name: 'manager', url: manager.url, format: 'alertmanager' }, { name: 'pager', url: pager.url, format: 'pagerduty', password: 'routing' }];
  const to = ['contract'];
  const stage = await shop(t, { definition: byCity, webhooks, alerts: [
    { name: 'Gone <b>', report: 'Sales', segment: ['Ulm'], condition: { type: 'percent_decrease', threshold: 50 }, webhooks: webhooks.map(({ name }) => name),
      creator: 'Ada Bell', creator_email: 'ada@example.com' },
    { name: 'High', report: 'Sales', segment: 'any', condition: above(200), frequency: '1d', webhooks: to },
    { name: 'Quiet', report: 'Sales', segment: 'any', condition: above(1000), webhooks: to },
    { name: 'Closed', report: 'Sales', segment: 'any', condition: above(200), webhooks: to,
      windows: { windows: [{ start_day: (new Date().getUTCDay() + 8) % 7, end_day: (new Date().getUTCDay() + 8) % 7 }] } }] });
  let publisher = await downFor(t, stage, 2);
  await until(async () => contract.taken.length >= 2 && slack.taken.length === 1 && manager.taken.length === 1 && pager.taken.length === 1, 'all are told');

  const { headers, body } = contract.taken.find((one) => one.body.alert.id === 1);
  for (const judge of judges) assert.equal(judge(body), null);
  assert.equal(headers.authorization, `Basic ${btoa('mixpanel:secret')}`);
  const { fired_at, ...alert } = body.alert;
  assert.match(fired_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.deepEqual({ ...body, alert }, {
    event_type: 'custom_alert_triggered',
    alert: { id: 1, name: 'Gone <b>', creator: 'Ada Bell', creator_email: 'ada@example.com', project_id: 8, project_name: 'Shop', workspace_id: 8,
      workspace_name: 'All Project Data' },
    condition: { type: 'percent_decrease', operator: '>', threshold: 50, current_value: '0', formatted_value: '€0',
      sentence: 'decreased by more than 50% (from €750 to €0) in Ulm' },
    report: { name: 'Sales', type: 'insights', url: 'https://bellwether.example.com/reports/1?mp_source=webhook&alert_id=1' },
    links: { report_url: 'https://bellwether.example.com/reports/1?mp_source=webhook&alert_id=1',
      edit_alert_url: 'https://bellwether.example.com/alerts/1/edit',
      root_cause_analysis_url: `https://bellwether.example.com/alerts/1/root-cause?at=${(stage.start - hour) / 1000}` } });
  assert.match(slack.taken[0].body.blocks[0].text.text, /^\*Gone &lt;b&gt;\*\nSales is \*€0\*: decreased by more than 50%/);
  assert.deepEqual([manager.taken[0].body.version, manager.taken[0].body.alerts[0].labels.alertname], ['4', 'Gone <b>']);
  assert.deepEqual([pager.taken[0].body.routing_key, pager.taken[0].body.event_action], ['routing', 'trigger']);

  // Two buckets were judged: the first fires, the second is held back.
  const high = contract.taken.filter((one) => one.body.alert.id === 2);
  assert.deepEqual(high.map((one) => [one.body.condition.sentence, one.body.condition.current_value]), [['above €200 in Ulm and 1 other segment', '750']]);
  assert.deepEqual(await kinds(publisher, 2), ['created', 'fired', 'fired', 'held_back', 'delivered']);
  assert.deepEqual(await kinds(publisher, 3), ['created']);
  assert.deepEqual((await history(publisher, 4)).slice(0, 3).map(({ kind, detail }) => [kind, detail]),
    [['created', ''], ['fired', 'above €200 in Ulm and 1 other segment'], ['held_back', 'it is outside of its notification windows']]);

  await publisher.kill();
  publisher = await Publisher.start(t, { config, data: stage.data });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.deepEqual([contract, slack, manager, pager].map(({ taken }) => taken.length), [2, 1, 1, 1]);
  const metrics = await (await fetch(`${publisher.admin}/metrics`)).text();
  assert.match(metrics, /bellwether_alert_buckets_judged_total 0\n/);
});

test('a receiver that fails is tried again, one that refuses is kept for a person', async (t) => {
  const weak = await receiver(t, (nth) => (nth === 1 ? 503 : 200));
  let refuses = true;
  const strict = await receiver(t, () => (refuses ? 401 : 200));
  const stage = await shop(t, { webhooks: [{ name: 'weak', url: weak.url }, { name: 'strict', url: strict.url }, { name: 'off', url: strict.url, enabled: false }],
    alerts: [{ name: 'High', report: 'Sales', condition: above(200), webhooks: ['weak', 'strict', 'off'], emails: ['ada@example.com'] }] });
  const publisher = await downFor(t, stage, 1);
  const notifications = async () => (await publisher.call('GET', '/v1/alerts/1/notifications')).data.sort((a, b) => a.id - b.id);
  await until(async () => (await notifications()).filter(({ state }) => state !== 'pending').length === 3, 'all have ended');
  assert.deepEqual((await notifications()).map(({ state, attempts, status }) => [state, attempts, status]), [['delivered', 2, 200], ['failed', 1, 401], ['failed', 1, 0]]);
  assert.deepEqual(weak.taken[0].body, weak.taken[1].body);
  const failed = (await notifications())[1];
  assert.deepEqual(message(await publisher.try('POST', `/v1/notifications/${(await notifications())[0].id}/resend`)), [409, 'only a failed notification is sent again']);
  refuses = false;
  assert.equal((await publisher.call('POST', `/v1/notifications/${failed.id}/resend`)).state, 'pending');
  await until(async () => (await notifications())[1].state === 'delivered', 'it was sent again');
  assert.deepEqual((await kinds(publisher, 1)).slice(-1), ['delivered']);
});

test('a mail carries the chart as a picture inside', async (t) => {
  const mail = await MailServer.start(t);
  const notify = `\n[notify]\nsmtp_url = "${mail.url}"\nfrom = "bellwether@example.com"\n`;
  const stage = await shop(t, { more: notify, alerts: [{ name: 'Low <b>', report: 'Sales', condition: { type: 'percent_decrease', threshold: 50 }, emails: ['ada@example.com'] }] });
  const publisher = await downFor(t, stage, 1, notify);
  await until(() => mail.taken.length === 1, 'the mail is there');
  assert.equal((await publisher.call('POST', '/v1/alerts/1/test')).sent[0].ok, true);
  for (const one of mail.taken) {
    assert.deepEqual([one.from, one.to], ['bellwether@example.com', 'ada@example.com']);
    assert.match(one.part('text/plain').toString(), /^Sales of project Shop is €250: decreased by more than 50% \(from €1,000 to €250\)\.\n\nReport: +https:/);
    const html = one.part('text/html').toString();
    assert.match(html, /<strong>(\[TEST\] )?Low &lt;b&gt;<\/strong>.*<img src="cid:picture"/s);
    const picture = readPng(one.part('image/png'));
    assert.equal(picture.width, 1280);
    const drawn = colours(picture);
    assert.ok(drawn.get(0x0072b2) > 500 && drawn.get(0xc0392b) > 50, 'the line and the mark are drawn');
  }
  assert.match(mail.taken[1].lines.join('\n'), /Subject: =\?utf-8\?B\?W1RFU1Rd/);
});

test('tests and previews save nothing', async (t) => {
  const contract = await receiver(t);
  const { publisher, start } = await shop(t, { webhooks: [{ name: 'contract', url: contract.url }],
    alerts: [{ name: 'High', report: 'Sales', condition: above(900), webhooks: ['contract'] }] });
  const sent = await publisher.call('POST', '/v1/alerts/1/test');
  assert.deepEqual([sent.would_fire, sent.sent.map(({ webhook, ok, status }) => [webhook, ok, status])], [false, [['contract', true, 200]]]);
  for (const judge of judges) assert.equal(judge(contract.taken[0].body), null);
  assert.deepEqual([contract.taken[0].body.alert.name, contract.taken[0].body.condition.formatted_value], ['[TEST] High', '€250']);
  assert.deepEqual(await kinds(publisher, 1), ['created']);
  const body = { project_id: '8', report_id: 1, name: 'Tried', condition: above(900) };
  const preview = await publisher.call('POST', '/v1/alerts/preview?buckets=3', body);
  assert.deepEqual(preview.buckets.map(({ at, value, fires }) => [(Date.parse(at) - start) / hour, value, fires]), [[-3, 1000, true], [-2, 1000, true], [-1, 250, false]]);
  assert.equal(preview.fired, 2);
  const young = await publisher.call('POST', '/v1/alerts/preview', { ...body, condition: { type: 'anomaly', confidence: 0.9 } });
  assert.deepEqual([young.fired, young.message], [0, 'too little history to say what is unusual']);
  assert.equal((await publisher.call('GET', '/v1/alerts?project=8')).data.length, 1);
});

test('a root cause: what moved, against what, and whose segments made it', async (t) => {
  const { publisher, start } = await shop(t, { alerts: [{ name: 'Low', report: 'Sales', condition: below(500) }] });
  const events = [];
  for (let hoursAgo = 30; hoursAgo > 3; hoursAgo--) {
    for (let i = 0; i < 20; i++) {
      const at = start - hoursAgo * hour + i * 60_000;
      events.push(['Buy', `p${i}`, { city: i < 5 ? 'Bonn' : 'Ulm', amount: 50 + ((hoursAgo * 7 + i * 3) % 5), plan: i % 2 ? 'pro' : 'free', order: `o${hoursAgo}-${i}` }, at]);
    }
  }
  await publisher.import(events);
  const at = (start - hour) / 1000;
  const cause = await publisher.call('GET', `/v1/alerts/1/root-cause?at=${at + 100}`);
  assert.deepEqual([cause.bucket, cause.baseline.buckets, cause.value, cause.is_real], [new Date(start - hour).toISOString(), 24, 250, true]);
  assert.ok(Math.abs(cause.change + 0.75) < 0.02 && cause.z_score < -10, JSON.stringify(cause));
  assert.deepEqual(cause.dimensions[0].segments[0].label, 'Ulm');
  assert.equal(cause.dimensions[0].property, 'city');
  assert.ok(cause.skipped_properties.includes('order'));
  assert.match(cause.sentence, /^Sales fell 7\d% to €250 \(usually about €1,0\d\d(\.\d+)?\)\. Most of it is city = Ulm: from €7\d\d(\.\d+)? to €0, \d+% of the change\.$/);
  assert.deepEqual(message(await publisher.try('GET', '/v1/alerts/1/root-cause')), [400, 'say which bucket: ?at= a Unix time in seconds']);
  await publisher.call('PUT', '/v1/projects/8', { name: 'Shop', token: 'token', priority_properties: ['plan'] });
  assert.deepEqual((await publisher.call('GET', `/v1/alerts/1/root-cause?at=${at}`)).dimensions.map(({ property }) => property), ['plan']);
});
