// What Mixpanel's SDKs send, replayed byte by byte as far as their sources tell it: sdk_requests/*.json, one file an SDK.
//
// A fixture names the SDK, its version and where the requests were read, and has three lists:
//   requests   what, method, path, query, headers, auth (Basic), one of form, form_base64 and json, and the answer to expect.
//              query_base64url is JSON in the URL's alphabet, padded, in front of the query. Two flags: gzip compresses the
//              body, unescaped leaves a form's values as they are ('+' and '=' of base64 too). json_escapes are the
//              characters that the SDK's JSON writes as an escape. {{token}}, {{now_ms}} and the like are filled in.
//   arrived    events, with filters, and who did them
//   profiles   conditions on profiles, and whose profiles meet them
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Publisher } from './support/publisher.mjs';

const folder = new URL('sdk_requests/', import.meta.url);
const names = { token: '6ab5f1b2c3d44e5f8091a2b3c4d5e6f7', secret: '0f1e2d3c4b5a69788796a5b4c3d2e1f0', user: 'robot.5f0c1e.mp-service-account',
  password: 'Xy7kP2mQ9sT4vW1z', project: '8' };
const clocks = { now: () => Math.floor(Date.now() / 1000), now_ms: () => Date.now(), now_float: () => Date.now() / 1000 };

/** The same value with its placeholders filled in; one that is a clock's becomes a number. */
function fill(value) {
  if (Array.isArray(value)) return value.map(fill);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item)]));
  if (typeof value !== 'string') return value;
  const clock = clocks[/^\{\{(\w+)\}\}$/.exec(value)?.[1]];
  return clock ? clock() : value.replace(/\{\{(\w+)\}\}/g, (_, name) => names[name] ?? clocks[name]());
}

/** How this SDK writes JSON; strings among form fields and query parameters are sent as they are. */
function writer(escapes) {
  const escape = (char) => (char === '/' ? '\\/' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const json = (value) => (escapes ? JSON.stringify(value).replace(new RegExp(escapes, 'g'), escape) : JSON.stringify(value));
  const texts = (fields) => Object.entries(fields ?? {}).map(([name, value]) => [name, typeof value === 'string' ? value : json(value)]);
  return { json, texts };
}

/** The request's path with its query, its headers and its body. */
function compose(request, { json, texts }) {
  const base64 = (value) => Buffer.from(json(value)).toString('base64');
  const query = Object.entries(request.query_base64url ?? {}).map(([name, value]) => `${name}=${base64(value).replaceAll('+', '-').replaceAll('/', '_')}`);
  if (request.query) query.push(String(new URLSearchParams(texts(request.query))));
  const form = texts(request.form);
  for (const [name, value] of Object.entries(request.form_base64 ?? {})) form.push([name, name === 'data' ? base64(value) : value]);
  let body;
  if (form.length > 0) body = request.unescaped ? form.map((pair) => pair.join('=')).join('&') : String(new URLSearchParams(form));
  if (request.json !== undefined) body = json(request.json);
  if (request.gzip) body = gzipSync(body);
  const headers = { ...request.headers };
  if (request.auth) headers.Authorization = `Basic ${btoa(`${request.auth.user}:${request.auth.password}`)}`;
  if (body !== undefined) headers['Content-Length'] = Buffer.byteLength(body);
  return { path: request.path + (query.length > 0 ? `?${query.join('&')}` : ''), headers, body };
}

function send(port, method, { path, headers, body }) {
  return new Promise((resolve, reject) => {
    const outgoing = http.request({ host: '127.0.0.1', port, method, path, headers, agent: false }, async (response) => {
      const chunks = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Whether all that is in `wanted` is in `given`. */
function holds(given, wanted) {
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)) return JSON.stringify(given) === JSON.stringify(wanted);
  return typeof given === 'object' && given !== null && Object.entries(wanted).every(([key, value]) => holds(given[key], value));
}

function meets(answer, { status, body, json, headers = {} }) {
  if (answer.status !== status || !holds(answer.headers, headers)) return false;
  if (body !== undefined && answer.body !== body) return false;
  try {
    return json === undefined || holds(JSON.parse(answer.body), json);
  } catch {
    return false;
  }
}

async function people(publisher, condition) {
  const preview = await publisher.call('POST', '/v1/cohorts/preview', {
    project_id: names.project, definition: { groups: [{ conditions: [condition] }] } });
  return preview.members.sort();
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.json')).sort()) {
  const fixture = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  test(`${fixture.sdk} ${fixture.version}: what it sends is taken, and answered as it expects`, async (t) => {
    const publisher = await Publisher.start(t);
    await publisher.apply({ projects: [{ id: names.project, name: 'Shop', token: names.token, secret: names.secret,
      service_accounts: [{ user: names.user, password: names.password }] }] });
    const write = writer(fixture.json_escapes);
    const wrong = [];
    for (const request of fixture.requests) {
      const answer = await send(publisher.port, request.method, compose(fill(request), write));
      if (!meets(answer, request.expect))
        wrong.push(`${request.what}: ${answer.status} ${answer.body}, not ${JSON.stringify(request.expect)}`);
    }
    const check = async (condition, wanted) => {
      const found = await people(publisher, condition);
      if (!holds(found, [...wanted].sort())) wrong.push(`${JSON.stringify(condition)}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
    };
    for (const { event, where = [], people: wanted } of fixture.arrived ?? []) await check({ did: { event, where } }, wanted);
    for (const { people: wanted, ...profile } of fixture.profiles ?? []) await check({ profile }, wanted);
    assert.deepEqual(wrong, []);
  });
}
