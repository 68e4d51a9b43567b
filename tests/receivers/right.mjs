// A receiver of cohort syncs that is right, in one file without packages: what docs/receiving.md explains. The wrong ones beside it differ from
// it in one thing each. Start it by itself with `node right.mjs PORT STATE_FILE`.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import http from 'node:http';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';

const actions = ['members', 'add_members', 'remove_members'];

/** What is wrong with a message; undefined when nothing is. */
export function problemOf(message) {
  const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
  const isId = (value) => (typeof value === 'string' && value !== '') || Number.isInteger(value);
  if (!isObject(message)) return 'the body must be an object';
  if (!actions.includes(message.action)) return `action must be one of ${actions.join(', ')}`;
  const { parameters } = message;
  if (!isObject(parameters)) return 'parameters must be an object';
  for (const name of ['mixpanel_project_id', 'mixpanel_cohort_id', 'mixpanel_session_id']) {
    if (!isId(parameters[name])) return `parameters.${name} must be an id`;
  }
  const { page_info: info, members } = parameters;
  if (!isObject(info)) return 'parameters.page_info must be an object';
  const { total_pages: total = 1, page_count: count = 1 } = info;
  if (![total, count].every((number) => Number.isInteger(number) && number > 0)) return 'page_info counts from 1';
  if (!Array.isArray(members)) return 'parameters.members must be an array';
  return members.every((member) => isObject(member) && isId(member.mixpanel_distinct_id)) ? undefined : 'each member needs its mixpanel_distinct_id';
}

/** A message as the store works with it. */
function pageOf({ action, parameters: { mixpanel_project_id: project, mixpanel_cohort_id: cohort, mixpanel_session_id: session, page_info: info, members } }) {
  return { action, cohort: `${project}/${cohort}`, session: String(session), total: info.total_pages ?? 1, count: info.page_count ?? 1,
    ids: members.map((member) => String(member.mixpanel_distinct_id)) };
}

/** The cohorts: what stands, the pages of the run that is open, and what the last run changed. */
export class Store {
  cohorts = {};

  constructor(file) {
    this.file = file;
    if (file && existsSync(file)) this.cohorts = JSON.parse(readFileSync(file, 'utf8'));
  }

  members(cohort) {
    return this.cohorts[cohort]?.members ?? [];
  }

  /** Takes a page; when it returns, the page is on the disk. */
  take(page) {
    const cohort = (this.cohorts[page.cohort] ??= { members: [], last: null, run: null, over: [] });
    if (!cohort.over.includes(page.session)) {
      // A new session: what is there of an older one will not become whole any more, and its sender does not build on it.
      if (cohort.run && cohort.run.session !== page.session) cohort.over = [...cohort.over, cohort.run.session].slice(-10);
      if (cohort.run?.session !== page.session) cohort.run = { session: page.session, pages: {} };
      this.addPage(cohort, page);
    }
    this.save();
  }

  addPage(cohort, page) {
    // A page is known by its action and index: one that comes again is the same one.
    const key = `${page.action} ${page.count}`;
    if (cohort.run.pages[key]) return;
    cohort.run.pages[key] = page;
    const pages = Object.values(cohort.run.pages);
    if (isWhole(pages)) this.apply(cohort, pages);
  }

  apply(cohort, pages) {
    const of = (action) => pages.filter((page) => page.action === action).flatMap(({ ids }) => ids);
    const [added, removed] = [of('add_members'), of('remove_members')];
    const isFull = pages.some(({ action }) => action === 'members');
    const { last, run } = cohort;
    // It looked whole before a page came that showed its actions to be numbered each by itself; or it repeats a change of the last run, which
    // shows that its sender did not see that one succeed. Both begin with what was before.
    const isAgain = last?.session === run.session;
    const refutes = last && !isAgain && (added.some((id) => last.added.includes(id)) || removed.some((id) => last.removed.includes(id)));
    const before = isAgain || refutes ? last.before : cohort.members;
    const after = new Set(isFull ? of('members') : before);
    for (const id of added) after.add(id);
    for (const id of removed) after.delete(id);
    cohort.last = { session: run.session, before, added: isFull ? [] : added.filter((id) => !before.includes(id)),
      removed: isFull ? [] : removed.filter((id) => before.includes(id)) };
    cohort.members = [...after];
  }

  save() {
    if (!this.file) return;
    const fresh = openSync(`${this.file}.new`, 'w');
    writeSync(fresh, JSON.stringify(this.cohorts));
    fsyncSync(fresh);
    closeSync(fresh);
    renameSync(`${this.file}.new`, this.file);
  }
}

/** Whether all pages of a run are there, numbered over the run or by each action. */
function isWhole(pages) {
  const byAction = actions.map((action) => pages.filter((page) => page.action === action)).filter((of) => of.length > 0);
  const counts = new Set(pages.map(({ count }) => count));
  const totals = new Set(pages.map(({ total }) => total));
  const isByRun = counts.size === pages.length && totals.size === 1;
  if (isByRun) return pages.length === pages[0].total;
  return byAction.every((of) => of.length === of[0].total);
}

export class Receiver {
  constructor({ user, password, file } = {}) {
    Object.assign(this, { user, password, file });
    this.store = new Store(file);
  }

  /** As after a new start: with what is on the disk. */
  restart() {
    this.store = new Store(this.file);
  }

  /** [status, body] for a request. */
  answer({ method, headers }, body) {
    const refuse = (status, message, action) => [status, { action, status: 'failure', error: { message, code: status } }];
    if (method !== 'POST') return refuse(405, 'post to this path');
    if (this.user && headers.authorization !== `Basic ${Buffer.from(`${this.user}:${this.password}`).toString('base64')}`) return refuse(401, 'wrong credentials');
    if (!/^application\/json\b/.test(headers['content-type'] ?? '')) return refuse(415, 'send application/json');
    let message;
    try {
      message = JSON.parse(headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
    } catch {
      return refuse(400, 'the body is not JSON');
    }
    const problem = problemOf(message);
    if (problem) return refuse(400, problem, actions.includes(message?.action) ? message.action : undefined);
    return this.take(pageOf(message));
  }

  take(page) {
    this.store.take(page);
    return [200, { action: page.action, status: 'success' }];
  }

  /** Starts to listen: POST /sync, GET /members/PROJECT/COHORT, POST /restart. */
  listen(port = 0) {
    this.server = http.createServer(async (request, response) => {
      const pieces = [];
      try {
        for await (const piece of request) pieces.push(piece);
      } catch {
        return;  // the sender broke off
      }
      const path = request.url.split('/').map(decodeURIComponent);
      let [status, body] = [200, {}];
      if (path[1] === 'members') body = this.store.members(`${path[2]}/${path[3]}`);
      else if (path[1] === 'restart') this.restart();
      else [status, body] = this.answer(request, Buffer.concat(pieces));
      response.writeHead(status, { 'Content-Type': 'application/json', ...(status === 401 ? { 'WWW-Authenticate': 'Basic' } : {}) }).end(JSON.stringify(body));
    });
    this.server.on('clientError', (error, socket) => socket.destroy());
    return new Promise((resolve) => this.server.listen(port, '127.0.0.1', () => resolve(this.server.address().port)));
  }
  close() {
    this.server.close();
    this.server.closeAllConnections();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [port = '8080', file = 'cohorts.json'] = process.argv.slice(2);
  console.log(`receiving on http://127.0.0.1:${await new Receiver({ file }).listen(Number(port))}/sync`);
}
