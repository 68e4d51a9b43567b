// Starts the real binary on free ports, in a folder of its own, and stops it.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const binary = process.env.BELLWETHER ?? new URL('../../../build/release/bellwether', import.meta.url).pathname;

const cleanups = new WeakMap();

/**
 * Runs `clean` when the test has ended, the latest first: a process ends before the folder that it writes to goes. (The runner's own
 * `after` runs the earliest first, and stops at the first that throws.)
 */
export function atEnd(t, clean) {
  if (!t) return;
  if (!cleanups.has(t)) {
    cleanups.set(t, []);
    t.after(async () => {
      const outcomes = [];
      for (const each of cleanups.get(t).reverse()) outcomes.push(await Promise.resolve().then(each).then(() => null, (error) => error));
      const failed = outcomes.find((error) => error);
      if (failed) throw failed;
    });
  }
  cleanups.get(t).push(clean);
}

export function temporaryFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-system-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A self-signed certificate for 127.0.0.1, as PEM files. */
export function makeCertificate(folder, name) {
  const key = join(folder, `${name}.key`);
  const certificate = join(folder, `${name}.pem`);
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-keyout', key, '-out', certificate, '-days', '2', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']);
  if (made.status !== 0) throw new Error(String(made.stderr));
  return { key, certificate };
}

/** Runs a command of the binary to its end. */
export function run(args, options = {}) {
  return spawnSync(binary, args, { encoding: 'utf8', timeout: 60_000, ...options });
}

/** The same, while this process goes on answering. */
export function runBeside(args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(binary, args, options);
    const done = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) child[name].on('data', (text) => (done[name] += text));
    child.on('close', (status) => resolve({ ...done, status }));
  });
}

/** Waits until `probe` gives something true, and returns that. */
export async function until(probe, what, milliseconds = 15_000) {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(10);
  }
}

/** A disk without room for a running service, played by a limit on the size of its files; 'unlimited' lifts it. */
export function limitFileSize(service, bytes) {
  const done = spawnSync('prlimit', ['--pid', String(service.process.pid), `--fsize=${bytes}:unlimited`], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
}

/** A running service: its process, its log, its addresses. */
export class Service {
  log = '';

  /** Starts `bellwether NAME`; `config` is TOML text. Everything ends with the test. */
  async launch(t, name, { data, config, listen = '127.0.0.1:0', adminListen = '127.0.0.1:0', env = {} }) {
    this.data = data ?? join(temporaryFolder(t), 'data');
    const all = [name, '--data', this.data, '--listen', listen, '--admin-listen', adminListen];
    if (config !== undefined) {
      const file = join(temporaryFolder(t), 'bellwether.toml');
      writeFileSync(file, config);
      all.push('--config', file);
    }
    this.process = spawn(binary, all, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
    this.ended = new Promise((resolve) => this.process.on('close', (code, signal) => resolve({ code, signal })));
    this.process.stderr.on('data', (text) => (this.log += text));
    atEnd(t, () => this.kill());
    await Promise.race([
      until(() => /msg=listening.*\n/.test(this.log), 'it listens'),
      this.ended.then(() => { throw new Error(`it ended: ${this.log}`); }),
    ]);
    this.address = /address=(\S+)/.exec(this.log)[1];
    this.port = Number(this.address.split(':').at(-1));
    this.url = `${/scheme=(\w+)/.exec(this.log)[1]}://${this.address}`;
    this.admin = `http://${/admin=(\S+)/.exec(this.log)[1]}`;
    return this;
  }

  async kill() {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGKILL');
    return this.ended;
  }
  async stop() {
    this.process.kill('SIGTERM');
    return this.ended;
  }
}

export class Subscriber extends Service {

  static start(t, options = {}) {
    return new Subscriber().launch(t, 'subscriber', options);
  }

  /** Posts to a path; `body` may be an object, a string or bytes. */
  post(path, body, headers = {}) {
    return fetch(this.url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    });
  }
  sync(body, headers) {
    return this.post('/mixpanel/cohort-sync', body, headers);
  }
  alert(body, headers) {
    return this.post('/mixpanel/alerts', body, headers);
  }
  async get(path, headers = {}) {
    const response = await fetch(this.admin + path, { headers });
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  async members(cohort = '12', project = '8') {
    const { data } = await this.get(`/v1/cohorts/${project}/${cohort}/members?limit=1000`);
    return data.map((member) => member.distinct_id);
  }
  async session(id) {
    return (await this.get('/v1/sessions?limit=1000')).data.find((session) => session.session_id === id);
  }
  async changes(after = 0) {
    const { data } = await this.get(`/v1/changes?after=${after}&limit=1000`);
    return data.map((change) => `${change.change} ${change.distinct_id ?? change.alert}`);
  }
}

/** One page; `ids` may be strings or whole members. */
export function page(action, session, { index = 1, total = 1, ids = [], cohort = '12', project = '8' } = {}) {
  return {
    action,
    parameters: {
      mixpanel_project_id: project,
      mixpanel_cohort_name: `Cohort ${cohort}`,
      mixpanel_cohort_id: cohort,
      mixpanel_session_id: session,
      page_info: { total_pages: total, page_count: index },
      members: ids.map((id) => (typeof id === 'string' ? { mixpanel_distinct_id: id } : id)),
    },
  };
}

export function alert(id = 4021, firedAt = '2026-02-06T10:53:30Z', changes = {}) {
  const url = `https://example.com/report?mp_source=webhook&alert_id=${id}`;
  return {
    event_type: 'custom_alert_triggered',
    alert: { id, name: 'Sign-ups above zero', creator: 'Ada', creator_email: 'ada@example.com', project_id: 8,
      project_name: 'Shop', fired_at: firedAt, workspace_id: 3, workspace_name: 'All', ...changes },
    condition: { type: 'absolute', operator: '>', threshold: 0, current_value: '20,000', formatted_value: '20,000',
      sentence: 'above 0' },
    report: { name: 'Sign-ups', type: 'insights', url },
    links: { report_url: url, edit_alert_url: url, root_cause_analysis_url: url },
  };
}

/** Both calls of an incremental run, one after the other. */
export async function incremental(subscriber, session, adds, removes, options = {}) {
  const first = await subscriber.sync(page('add_members', session, { index: 1, total: 2, ids: adds, ...options }));
  const second = await subscriber.sync(page('remove_members', session, { index: 2, total: 2, ids: removes, ...options }));
  return [first.status, second.status];
}
