// A bare TCP or TLS connection, for what fetch hides: pipelining, half bodies, resets.
import net from 'node:net';
import tls from 'node:tls';
import { until } from './bellwether.mjs';

export class Raw {
  received = '';
  closed = false;

  static async connect(port, options) {
    const raw = new Raw();
    await new Promise((resolve, reject) => {
      raw.tcp = net.connect({ port, host: '127.0.0.1' }, options?.tls ? undefined : resolve);
      raw.tcp.on('error', reject);
      raw.socket = options?.tls ? tls.connect({ socket: raw.tcp, rejectUnauthorized: false, ...options.tls }, resolve) : raw.tcp;
      raw.socket.on('error', (error) => { raw.error = error; reject(error); });
    });
    raw.socket.on('data', (data) => (raw.received += data));
    raw.socket.on('close', () => (raw.closed = true));
    return raw;
  }

  send(text) {
    this.socket.write(text);
  }
  /** Ends the connection with a reset instead of a clean close. */
  reset() {
    this.tcp.resetAndDestroy();
  }
  close() {
    this.socket.end();
  }
  /** The next whole response, taken off what was received. */
  async response() {
    await until(() => this.#whole() || this.closed, 'a response came');
    const length = this.#whole();
    if (!length) throw new Error(`closed after: ${JSON.stringify(this.received)}`);
    const text = this.received.slice(0, length);
    this.received = this.received.slice(length);
    const [head, body] = [text.slice(0, text.indexOf('\r\n\r\n')), text.slice(text.indexOf('\r\n\r\n') + 4)];
    return { status: Number(head.split(' ')[1]), head, body };
  }
  #whole() {
    const end = this.received.indexOf('\r\n\r\n');
    if (end < 0) return 0;
    const length = /content-length: (\d+)/i.exec(this.received.slice(0, end));
    const total = end + 4 + (length ? Number(length[1]) : 0);
    return this.received.length >= total ? total : 0;
  }
}

export function request(body, { path = '/mixpanel/cohort-sync', headers = {}, method = 'POST' } = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const all = { Host: 'localhost', 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), ...headers };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text}`;
}
