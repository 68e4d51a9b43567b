// Starts the real publisher on free ports, in a folder of its own, and stops it.
import { Service, until } from './bellwether.mjs';

/** Loopback without a certificate: where the tests' receivers are. */
export const toLoopback = '[delivery]\nhttps_only = false\nallow = "127.0.0.0/8"\n';

export class Publisher extends Service {
  static start(t, options = {}) {
    return new Publisher().launch(t, 'publisher', { config: toLoopback, ...options });
  }

  /** A call of the private API that must succeed; its JSON. */
  async call(method, path, body) {
    const { status, json } = await this.try(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`);
    return json;
  }
  /** The same, whatever it is answered. */
  async try(method, path, body) {
    const response = await fetch(this.admin + path, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await response.text();
    return { status: response.status, json: text === '' ? null : JSON.parse(text) };
  }

  apply(configuration) {
    return this.call('POST', '/v1/apply', configuration);
  }
  /** Events of project 8, as /import takes them: [event, distinct_id, properties, time]. */
  async import(events, { secret = 'secret', project = '8' } = {}) {
    const body = events.map(([event, id, properties = {}, time = Date.now() - 60_000], i) => ({
      event,
      properties: { time, distinct_id: id, $insert_id: `${time}-${i}-${Math.random().toString(36).slice(2, 10)}`, ...properties },
    }));
    const response = await fetch(`${this.url}/import?strict=1&project_id=${project}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Basic ${btoa(`${secret}:`)}` },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (response.status !== 200) throw new Error(JSON.stringify(answer));
    return answer;
  }
  async engage(updates, token = 'token') {
    const response = await fetch(`${this.url}/engage?verbose=1`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(updates.map((update) => ({ $token: token, ...update }))),
    });
    const answer = await response.json();
    if (answer.status !== 1) throw new Error(JSON.stringify(answer));
  }

  /** Runs a sync now and waits until that run has ended. */
  async run(id, { within = 30_000 } = {}) {
    const before = (await this.call('GET', `/v1/syncs/${id}`)).run?.number ?? 0;
    await this.call('POST', `/v1/syncs/${id}/run`);
    return this.ended_run(id, before, within);
  }
  ended_run(id, after = 0, within = 30_000) {
    return until(async () => {
      const { run } = await this.call('GET', `/v1/syncs/${id}`);
      return run !== null && run.number > after && run.phase === 'ended' && run;
    }, 'the run ended', within);
  }
  async audit(run) {
    const response = await fetch(`${this.admin}/v1/sync-runs/${run}/audit.csv`);
    if (response.status !== 200) throw new Error(await response.text());
    const [heading, ...lines] = (await response.text()).trim().split('\n');
    if (heading !== 'distinct_id,action') throw new Error(`the heading is ${heading}`);
    return Object.fromEntries(lines.map((line) => JSON.parse(`[${line}]`)).sort());
  }
}

/** A project 8 with one cohort "Buyers" (did Buy) that is synced to `url`. */
export function buyers(url, { sync = {}, destination = {}, cohorts = [] } = {}) {
  return { projects: [{
    id: '8', name: 'Shop', token: 'token', secret: 'secret',
    cohorts: [{ name: 'Buyers', description: 'Bought something', definition: { groups: [{ conditions: [
      { did: { event: 'Buy' } }, { profile: { property: 'gone', op: 'is_not', value: true } }] }] } }, ...cohorts],
    destinations: [{ name: 'receiver', url, ...destination }],
    syncs: [{ cohort: 'Buyers', destination: 'receiver', ...sync }],
  }] };
}
