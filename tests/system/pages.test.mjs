// The pages that a message's links open, in a real browser with scripts switched off: what they show, who may see them, and that names from
// events stay text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepPicture, openWindow } from './support/browser.mjs';
import { colours, readPng } from './support/png.mjs';
import { Publisher, toLoopback } from './support/publisher.mjs';

const hour = 3_600_000;
const start = Math.floor(Date.now() / hour) * hour;
const hostile = '"><script>document.title="hacked"</script><img src=x onerror="document.title=\'hacked\'">\'&';
const metric = `Sales ${hostile}`;
const token = 'open sesame';
const config = `${toLoopback}\n[alerts]\ngrace = "0s"\n`;
const definition = (more = {}) => ({ kind: 'insights', unit: 'hour', range: { last: '48h' },
  metrics: [{ name: metric, event: hostile, measure: 'sum', property: 'amount', format: 'currency:EUR' }], ...more });

/** A shop of whose sales Ulm's stopped in the last hour; all names are hostile. */
async function shop(t, env = {}) {
  const publisher = await Publisher.start(t, { config, env });
  const call = (path, body) => fetch(publisher.admin + path, { method: 'POST', headers: env.BELLWETHER_PUBLISHER_ADMIN_TOKEN ? { Authorization: `Bearer ${token}` } : {},
    body: JSON.stringify(body) }).then(async (response) => assert.equal(response.status, 200, await response.text()));
  await call('/v1/apply', { projects: [{ id: '8', name: `Shop ${hostile}`, token: 'token', secret: 'secret',
    webhooks: [{ name: `Hook ${hostile}`, url: 'http://127.0.0.1:9/x' }],
    reports: [{ name: `Hourly ${hostile}`, description: hostile, definition: definition() },
      { name: 'By city', definition: definition({ breakdown: { properties: ['city'] } }) },
      { name: 'Funnel', definition: { kind: 'funnels', unit: 'day', range: { last: '3d' }, window: '1d', steps: [{ event: 'Visit' }, { event: hostile }] } },
      { name: 'Retention', definition: { kind: 'retention', unit: 'day', range: { last: '3d' }, periods: 2, birth: { event: 'Visit' }, return: { event: hostile } } }],
    alerts: [{ name: '<b>Low</b> & "quick"', report: `Hourly ${hostile}`, condition: { type: 'absolute', operator: '<', threshold: 500 }, webhooks: [`Hook ${hostile}`] }] }] });
  const events = [];
  for (let hoursAgo = 30; hoursAgo >= 1; hoursAgo--) {
    for (let i = 0; i < 20; i++) {
      const isUlm = i >= 5;
      const time = start - hoursAgo * hour + i * 60_000;
      events.push(['Visit', `p${i}`, {}, time - 1000]);
      if (isUlm && hoursAgo === 1) continue;
      events.push([hostile, `p${i}`, { city: isUlm ? `Ulm ${hostile}` : 'Bonn', plan: i % 2 ? 'pro' : 'free', amount: 50 + ((hoursAgo * 7 + i * 3) % 5) }, time]);
    }
  }
  for (let at = 0; at < events.length; at += 1000) await publisher.import(events.slice(at, at + 1000));
  return publisher;
}

/** Keeps the page as a picture, and sees that its charts are drawn, in the colour of lines and bars. */
async function look(page, name) {
  await keepPicture(page, name);
  const charts = await page.locator('main svg').all();
  for (const chart of charts) {
    const drawn = colours(readPng(await chart.screenshot()));
    assert.ok((drawn.get(0x0072b2) ?? 0) > 50, `${name}: a chart has ${drawn.get(0x0072b2) ?? 0} blue pixels`);
  }
  return charts.length;
}

/** Nothing of the hostile names became an element. */
async function assertTame(page) {
  assert.deepEqual([await page.locator('main script').count(), await page.locator('main img').count(), await page.locator('main b b').count()], [0, 0, 0]);
  assert.ok(!(await page.title()).includes('hacked') || (await page.title()).includes('<script>'));
}

test('the report pages: charts and values of each kind', async (t) => {
  const publisher = await shop(t);
  const page = await openWindow(t);
  await page.goto(`${publisher.admin}/`);
  assert.deepEqual(await page.locator('main a').allTextContents(), [`Hourly ${hostile}`, '<b>Low</b> & "quick"', 'By city', 'Funnel', 'Retention']);
  await page.goto(`${publisher.admin}/reports/1?mp_source=webhook&alert_id=1`);
  assert.equal(await page.locator('h1').textContent(), `Hourly ${hostile}`);
  assert.equal(await look(page, 'report'), 1);
  await assertTame(page);
  assert.match(await page.locator('main').innerText(), /Watched by the alert <b>Low<\/b> & "quick"/);
  await page.locator('summary').click();
  assert.match(await page.locator('details table').innerText(), /€260/);
  await page.goto(`${publisher.admin}/reports/2`);
  assert.equal(await look(page, 'segments'), 1);
  assert.ok((await page.locator('svg').first().textContent()).includes('Bonn'));
  await page.goto(`${publisher.admin}/reports/3`);
  assert.equal(await look(page, 'funnel'), 2);
  assert.match(await page.locator('svg').first().textContent(), /1\. Visit.*2\. .*100\.0 %/s);
  await page.goto(`${publisher.admin}/reports/4`);
  assert.equal(await look(page, 'retention'), 1);
  assert.ok(await page.locator('.heat td.h10').count() > 0);
  await page.goto(`${publisher.admin}/reports/99`);
  assert.match(await page.locator('main').innerText(), /there is no such report/);
});

test('the alert page: what it does, what it did, and a form that changes it', async (t) => {
  const publisher = await shop(t);
  const page = await openWindow(t);
  await page.goto(`${publisher.admin}/alerts/1/edit`);
  assert.equal(await look(page, 'alert'), 1);
  await assertTame(page);
  assert.match(await page.locator('main').innerText(), /It would have fired in 31 of the last 60 buckets/);
  assert.match(await page.locator('main').innerText(), /History\s+.*created/s);
  assert.equal(await page.locator('#name').inputValue(), '<b>Low</b> & "quick"');
  assert.ok(await page.locator('input[name=webhook]').isChecked());

  await page.fill('#threshold', 'much');
  await page.fill('#emails', 'ada@example.com');
  await page.click('button');
  assert.match(await page.locator('.problem').innerText(), /Not saved: Threshold must be a number/);
  assert.deepEqual([await page.locator('#threshold').inputValue(), await page.locator('#emails').inputValue()], ['much', 'ada@example.com']);
  await page.fill('#threshold', '1');
  await page.fill('#name', 'x'.repeat(51));
  await page.click('button');
  assert.match(await page.locator('.problem').innerText(), /1 to 50 characters/);

  await page.fill('#name', 'Sales drop');
  await page.selectOption('#condition', 'percent_decrease');
  await page.fill('#threshold', '50');
  await page.fill('#frequency', '1d');
  await page.fill('#time_zone', 'Europe/Berlin');
  await page.selectOption('#window0_start_day', '4');
  await page.fill('[name=window0_start_time]', '18:00');
  await page.selectOption('[name=window0_end_day]', '7');
  await page.fill('[name=window0_end_time]', '08:00');
  await page.check('#paused');
  await page.uncheck('input[name=webhook]');
  await page.click('button');
  assert.equal(await page.locator('.done').innerText(), 'Saved.');
  const { name, condition, frequency_seconds, windows, paused, webhooks, emails } = await publisher.call('GET', '/v1/alerts/1');
  assert.deepEqual({ name, condition, frequency_seconds, windows, paused, webhooks, emails }, { name: 'Sales drop',
    condition: { type: 'percent_decrease', threshold: 50 }, frequency_seconds: 86400, paused: true, webhooks: [], emails: ['ada@example.com'],
    windows: { time_zone: 'Europe/Berlin', windows: [{ start_day: 4, end_day: 7, start_time: '18:00', end_time: '08:00' }] } });
  // What was saved is what the form shows, and saving it again changes nothing.
  await page.click('button');
  const again = await publisher.call('GET', '/v1/alerts/1');
  assert.deepEqual([again.windows, again.condition, again.frequency_seconds], [windows, condition, frequency_seconds]);
  await page.selectOption('#window0_start_day', '');
  await page.selectOption('#condition', 'anomaly');
  await page.fill('#confidence', '99.5');
  await page.click('button');
  const anomaly = await publisher.call('GET', '/v1/alerts/1');
  assert.deepEqual([anomaly.windows.windows, anomaly.condition], [[], { type: 'anomaly', confidence: 0.995, direction: 'any' }]);
  assert.match(await page.locator('main').innerText(), /too little history/);
});

test('the root-cause board', async (t) => {
  const publisher = await shop(t);
  const page = await openWindow(t);
  await page.goto(`${publisher.admin}/alerts/1/root-cause?at=${(start - hour) / 1000}`);
  assert.ok(await look(page, 'root-cause') >= 3);
  await assertTame(page);
  const text = await page.locator('main').innerText();
  assert.match(text, /fell 7\d% to €2\d\d/);
  assert.match(text, /high confidence|medium confidence/);
  assert.deepEqual((await page.locator('h2').allInnerTexts())[0].split(' ')[0], 'city');
  assert.ok((await page.locator('svg').nth(1).textContent()).includes(`Ulm "><script>`));
  await page.goto(`${publisher.admin}/alerts/1/root-cause`);
  assert.match(await page.locator('main').innerText(), /say which bucket/);
});

test('pages want the token, once, and take no orders from other sites', async (t) => {
  const publisher = await shop(t, { BELLWETHER_PUBLISHER_ADMIN_TOKEN: token });
  const page = await openWindow(t);
  await page.goto(`${publisher.admin}/reports/1?alert_id=1`);
  assert.match(page.url(), /\/login\?next=%2Freports%2F1%3Falert_id%3D1$/i);
  await page.fill('#token', 'guess');
  await page.click('button');
  assert.match(await page.locator('.problem').innerText(), /not the token/);
  await page.fill('#token', token);
  await page.click('button');
  assert.equal(page.url(), `${publisher.admin}/reports/1?alert_id=1`);
  assert.equal(await page.locator('main svg').count(), 1);
  const [cookie] = await page.context().cookies();
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.value.includes(token)], [true, 'Lax', false]);

  const session = { Cookie: `${cookie.name}=${cookie.value}` };
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const status = async (path, options = {}) => (await fetch(publisher.admin + path, { redirect: 'manual', ...options })).status;
  assert.equal(await status('/v1/reports/1/result?format=csv', { headers: session }), 200, 'a session reads');
  assert.equal(await status('/v1/alerts/1/pause', { method: 'POST', headers: session }), 401, 'and changes nothing by the API');
  assert.equal(await status('/alerts/1/edit', { method: 'POST', headers: form, body: 'name=x' }), 401);
  assert.equal(await status('/alerts/1/edit', { method: 'POST', headers: { ...form, ...session }, body: 'name=x' }), 400);
  for (const other of [{ Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }, { Origin: 'null' }])
    assert.equal(await status('/alerts/1/edit', { method: 'POST', headers: { ...form, ...session, ...other }, body: 'name=x' }), 403);
  for (const forged of ['', '1', `${Date.now() + 1e9}.${'0'.repeat(64)}`, cookie.value.replace(/^\d/, '9')])
    assert.equal(await status('/reports/1', { headers: { Cookie: `${cookie.name}=${forged}` } }), 303, forged);
  for (const next of ['https://evil.example', '//evil.example', '/\\evil.example'])
    assert.equal((await fetch(`${publisher.admin}/login`, { redirect: 'manual', method: 'POST', headers: form, body: new URLSearchParams({ token, next }) })).headers.get('location'), '/');
});

test('with scripts on, the policy and the escapes hold too', async (t) => {
  const publisher = await shop(t);
  const page = await openWindow(t, { javaScriptEnabled: true });
  const messages = [];
  page.on('console', (message) => messages.push(message.text()));
  for (const path of ['/', '/reports/1', '/reports/2', '/alerts/1/edit', `/alerts/1/root-cause?at=${(start - hour) / 1000}`]) {
    await page.goto(publisher.admin + path);
    await assertTame(page);
    assert.notEqual(await page.title(), 'hacked');
  }
  assert.deepEqual(messages, []);
});
