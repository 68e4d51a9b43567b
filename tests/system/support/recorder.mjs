// A receiver that takes nothing on trust: every page is judged by ajv, its headers, numbering and order are checked, and the
// membership that the pages amount to is kept. What is wrong is collected in `faults`.
import http from 'node:http';
import https from 'node:https';
import { readFileSync } from 'node:fs';
import { schemaOf, validator } from './asyncapi.mjs';
import { atEnd } from './bellwether.mjs';

const judges = ['2.6', '3.1'].map((version) => Object.fromEntries(
  Object.entries(schemaOf).map(([action, schema]) => [action, validator(version, schema)])));
const success = (page) => ({ status: 200, body: { action: page.action, status: 'success' } });

export class Recorder {
  faults = [];
  pages = [];
  requests = [];
  members = new Map();
  #sessions = new Map();

  /** `answer(page, nth request)` gives {status, body, headers}, or 'break' to end the connection, or 'hang'. */
  static async start(t, { answer = success, tls, credentials } = {}) {
    const recorder = new Recorder();
    recorder.answer = answer;
    recorder.credentials = credentials;
    const handle = (request, response) => recorder.#take(request, response);
    recorder.server = tls
      ? https.createServer({ key: readFileSync(tls.key), cert: readFileSync(tls.certificate) }, handle)
      : http.createServer(handle);
    await new Promise((resolve) => recorder.server.listen(0, '127.0.0.1', resolve));
    recorder.url = `${tls ? 'https' : 'http'}://127.0.0.1:${recorder.server.address().port}/sync`;
    atEnd(t, () => {
      recorder.server.close();
      recorder.server.closeAllConnections();
    });
    return recorder;
  }

  ids() {
    return [...this.members.keys()].sort();
  }

  async #take(request, response) {
    let text = '';
    for await (const piece of request) text += piece;
    let page;
    try {
      page = JSON.parse(text);
    } catch {
      this.faults.push(`not JSON: ${text.slice(0, 80)}`);
    }
    this.requests.push({ headers: request.headers, page });
    if (page?.parameters) this.#judge(request, page);
    else this.faults.push(`no page: ${text.slice(0, 80)}`);
    const answered = await this.answer(page, this.requests.length, this);
    if (answered === 'break') return request.socket.destroy();
    if (answered === 'hang') return undefined;
    if (page && answered.status < 300 && answered.body?.status === 'success') this.#apply(page);
    response.writeHead(answered.status, { 'Content-Type': 'application/json', ...answered.headers });
    return response.end(typeof answered.body === 'string' ? answered.body : JSON.stringify(answered.body ?? {}));
  }

  #fault(condition, text) {
    if (!condition) this.faults.push(text);
  }

  #judge(request, page) {
    const { headers, method } = request;
    this.#fault(method === 'POST', `method ${method}`);
    this.#fault(headers['content-type'] === 'application/json', `content type ${headers['content-type']}`);
    this.#fault(headers['x-request-id']?.length >= 16, 'no request id');
    this.#fault(headers['content-length'] !== undefined && headers['transfer-encoding'] === undefined, 'no length');
    if (this.credentials) this.#fault(headers.authorization === `Basic ${btoa(this.credentials)}`, 'credentials');
    for (const judge of judges) {
      const wrong = judge[page.action]?.(page) ?? (judge[page.action] ? null : `unknown action ${page.action}`);
      this.#fault(wrong === null, `ajv: ${wrong}`);
    }
    const { mixpanel_session_id: session, page_info: info, members } = page.parameters;
    this.#fault(members.length <= 1000, `${members.length} members on a page`);
    const known = this.#sessions.get(session) ?? { next: 1, total: info.total_pages, actions: [], announced: new Set(), bodies: new Map() };
    this.#sessions.set(session, known);
    this.#fault(info.total_pages === known.total, `total ${info.total_pages}, before ${known.total}`);
    this.#fault(info.page_count <= known.total, `page ${info.page_count} of ${known.total}`);
    const body = JSON.stringify(page);
    if (info.page_count < known.next) {
      this.#fault(known.bodies.get(info.page_count) === body, `page ${info.page_count} came again with other content`);
      return;
    }
    if (known.bodies.has(info.page_count)) {
      this.#fault(known.bodies.get(info.page_count) === body, `page ${info.page_count} was retried with other content`);
      return;
    }
    this.#fault(info.page_count === known.next, `page ${info.page_count}, expected ${known.next}`);
    known.bodies.set(info.page_count, body);
    if (known.actions.at(-1) !== page.action) known.actions.push(page.action);
    this.#fault(['members', 'add_members', 'add_members,remove_members'].includes(known.actions.join()), `actions ${known.actions}`);
    for (const { mixpanel_distinct_id: id } of members) {
      this.#fault(!known.announced.has(id), `${id} announced twice in a session`);
      known.announced.add(id);
    }
  }

  /** What a receiver that is sure of every answer holds: pages take effect as they are acknowledged. */
  #apply(page) {
    const { mixpanel_session_id: session, page_info: info, members } = page.parameters;
    const known = this.#sessions.get(session);
    if (info.page_count < known.next) return;
    known.next = info.page_count + 1;
    this.pages.push(page);
    if (page.action === 'members' && info.page_count === 1) this.members.clear();
    for (const member of members) {
      if (page.action === 'remove_members') this.members.delete(member.mixpanel_distinct_id);
      else this.members.set(member.mixpanel_distinct_id, member);
    }
  }
}
