// Mixpanel's own browser SDK in a real browser, on pages of another origin than the publisher's.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { limitFileSize, until } from './support/bellwether.mjs';
import { openWindow } from './support/browser.mjs';
import { sdkFolder, servePages } from './support/page_server.mjs';
import { Publisher } from './support/publisher.mjs';

const project = { projects: [{ id: '8', name: 'Shop', token: 'token', secret: 'secret' }] };
const title = 'Sale 🎉 today';

/** A page that loads the SDK and starts it; `script` runs then, `before` before the SDK is loaded. */
const page = (publisher, options, script, before = '') => `<!doctype html><title>${title}</title><p>A shop.</p>
<script>${before}</script><script src="/sdk.js"></script>
<script>mixpanel.init('token', { api_host: '${publisher.url}', persistence: 'localStorage', ...${JSON.stringify(options)} }); ${script}</script>`;

/** A window whose errors are kept: those on its console, and exceptions. */
async function watch(t) {
  const window = await openWindow(t, { javaScriptEnabled: true });
  const errors = [];
  window.on('console', (message) => { if (message.type() === 'error') errors.push(`${message.text()} ${message.location().url}`); });
  window.on('pageerror', (error) => errors.push(String(error)));
  return { window, errors };
}

const latest = async (publisher) => (await publisher.call('GET', '/v1/projects/8/events?limit=100')).data;
const named = (events, name) => events.filter((event) => event.event === name);
const until_arrived = (publisher, names) => until(async () => {
  const events = await latest(publisher);
  return names.every((name) => named(events, name).length > 0) && events;
}, `${names} arrived`, 30_000);
const people = async (publisher, condition) => (await publisher.call('POST', '/v1/cohorts/preview', {
  project_id: '8', definition: { groups: [{ conditions: [condition] }] } })).members;

test('nothing is lost of a page with an emoji in its title, nor of a visit of a second, and the console stays quiet', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply(project);
  const noisy = { track_pageview: true, flags: true, record_sessions_percent: 100, remote_settings_mode: 'fallback', batch_flush_interval_ms: 500 };
  const site = await servePages(t, {
    '/long': page(publisher, noisy, `
      mixpanel.track('Emoji page event', { note: 'a 🎉 and a half: \\ud83d', name: '日本' });
      mixpanel.identify('ann');
      mixpanel.alias('ann@example.com', 'ann');
      mixpanel.people.set({ $name: 'Ann 🦉', plan: 'free' });
      mixpanel.people.increment('visits', 2);
      mixpanel.people.union('tags', ['a', 'b']);
      mixpanel.set_group('company', 'acme');
      mixpanel.get_group('company', 'acme').set({ seats: 3, motto: '🎉' });
      mixpanel.track('Signed in');`),
    '/bounce': page(publisher, { track_pageview: true }, `mixpanel.track('Bounce');`),
  });
  const { window, errors } = await watch(t);
  const refused = [];
  window.on('response', (response) => { if (response.url().startsWith(publisher.url) && response.status() >= 300) refused.push(`${response.status()} ${response.url()}`); });
  await window.goto(`${site}/long`);
  await until_arrived(publisher, ['Emoji page event', '$mp_web_page_view', '$create_alias', 'Signed in']);
  await until(async () => (await people(publisher, { profile: { property: 'tags', op: 'list_contains', value: 'b' } })).length > 0, 'the profile arrived');

  const { window: visit, errors: errorsOfVisit } = await watch(t);
  await visit.goto(`${site}/bounce`);
  await sleep(1000);
  await visit.goto('about:blank');
  const events = await until_arrived(publisher, ['Bounce']);
  const counted = [...named(events, '$mp_web_page_view'), ...named(events, 'Emoji page event'), ...named(events, 'Bounce')];
  assert.deepEqual(counted.map((event) => event.event).sort(), ['$mp_web_page_view', '$mp_web_page_view', 'Bounce', 'Emoji page event'], '4 of 4');
  for (const view of named(events, '$mp_web_page_view')) assert.equal(view.properties.current_page_title, title);
  const [emoji] = named(events, 'Emoji page event');
  assert.deepEqual([emoji.properties.note, emoji.properties.name], ['a 🎉 and a half: \ufffd', '日本']);
  assert.deepEqual(await people(publisher, { did: { event: 'Emoji page event' } }), ['ann'], 'the device became ann');
  for (const [property, value] of [['$name', 'Ann 🦉'], ['plan', 'free'], ['visits', 2]])
    assert.deepEqual(await people(publisher, { profile: { property, op: 'is', value } }), ['ann'], property);
  assert.deepEqual([refused, errors, errorsOfVisit], [[], [], []]);
});

test('events that are answered 429 stay with the SDK and are delivered later, once each', async (t) => {
  const publisher = await Publisher.start(t, { config: '[ingestion]\nheld_bytes_per_client = 1048576\n' });
  await publisher.apply(project);
  const site = await servePages(t, { '/': page(publisher, { batch_flush_interval_ms: 300 }, `
    const wide = Object.fromEntries(Array.from({ length: 20 }, (_, i) => ['p' + i, 'x'.repeat(250)]));
    for (let i = 0; i < 60; ++i) mixpanel.track('Patient', { i, ...wide });`) });
  const { window } = await watch(t);
  const answers = [];
  window.on('response', async (response) => { if (response.url().includes('/track')) answers.push([response.status(), await response.headerValue('retry-after')]); });
  // Another request of this machine holds all that one client may.
  const { hostname, port } = new URL(publisher.url);
  const other = net.connect({ host: hostname, port });
  t.after(() => other.destroy());
  other.write(`POST /track HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048576\r\n\r\n${'x'.repeat(1_048_000)}`);
  await sleep(300);
  await window.goto(site);
  const refused = await until(() => answers.find(([status]) => status !== 200), 'the SDK was refused');
  assert.deepEqual(refused, [429, '1']);
  other.destroy();
  await until(async () => named(await latest(publisher), 'Patient').length === 60, 'all arrived', 60_000);
});

test('an event that is answered 503 stays with the SDK and is delivered when the disk has room again', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply(project);
  const site = await servePages(t, { '/': page(publisher, { batch_flush_interval_ms: 300 }, `mixpanel.track('Patient');`) });
  const { window } = await watch(t);
  const answers = [];
  window.on('response', async (response) => { if (response.url().includes('/track')) answers.push([response.status(), await response.headerValue('retry-after')]); });
  limitFileSize(publisher, 0);
  await window.goto(site);
  await until(() => answers.length > 0, 'the SDK was answered');
  assert.deepEqual(answers[0], [503, '1']);
  limitFileSize(publisher, 'unlimited');
  assert.equal(named(await until_arrived(publisher, ['Patient']), 'Patient').length, 1);
});

test('a browser without credentials in requests sends by script, and calls back', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply(project);
  const before = 'delete XMLHttpRequest.prototype.withCredentials;';
  const site = await servePages(t, { '/': page(publisher, {}, `mixpanel.track('By script 🎉', {}, () => { document.title = 'called back'; });`, before) });
  const { window, errors } = await watch(t);
  await window.goto(site);
  await until_arrived(publisher, ['By script 🎉']);
  await until(async () => (await window.title()) === 'called back', 'the SDK called back');
  assert.deepEqual(errors, []);
});

test('an event is sent as an image', async (t) => {
  const publisher = await Publisher.start(t);
  await publisher.apply(project);
  const site = await servePages(t, { '/': page(publisher, { img: true, api_method: 'GET', batch_requests: false }, `mixpanel.track('By image');`) });
  const { window, errors } = await watch(t);
  await window.goto(site);
  await until_arrived(publisher, ['By image']);
  assert.deepEqual(errors, []);
});

test('the publisher serves the SDK, and Mixpanel\'s snippet loads it', async (t) => {
  const publisher = await Publisher.start(t, { config: `[collector]\nserve_sdk = "${sdkFolder}"\n` });
  await publisher.apply(project);
  const snippet = readFileSync(join(sdkFolder, 'mixpanel-jslib-snippet.min.js'), 'utf8');
  const site = await servePages(t, { '/': `<!doctype html><title>${title}</title><script>MIXPANEL_CUSTOM_LIB_URL = '${publisher.url}/lib.min.js';</script>
    <script>${snippet}</script><script>mixpanel.init('token', { api_host: '${publisher.url}', lib_base_path: '${publisher.url}/libs/', record_sessions_percent: 100,
      batch_flush_interval_ms: 300 }); mixpanel.track('By the snippet');</script>` });
  const { window, errors } = await watch(t);
  const loaded = [];
  window.on('response', (response) => { if (response.url().endsWith('.js')) loaded.push([new URL(response.url()).pathname.replace(/-\w+\.min/, '.min'), response.status()]); });
  await window.goto(site);
  await until_arrived(publisher, ['By the snippet']);
  await until(() => loaded.length === 2, 'the recorder was loaded too');
  assert.deepEqual([loaded, errors], [[['/lib.min.js', 200], ['/libs/mixpanel-recorder.min.js', 200]], []]);
  const again = await fetch(`${publisher.url}/lib.min.js`);
  const unchanged = await fetch(`${publisher.url}/lib.min.js`, { headers: { 'If-None-Match': again.headers.get('etag') } });
  assert.deepEqual([again.status, unchanged.status], [200, 304]);
});
