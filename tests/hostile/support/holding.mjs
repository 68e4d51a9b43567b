// Connections that an attacker holds, drips into, or floods.
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { split } from './responses.mjs';

/** One attacking connection. Errors are what an attacker expects: they end it. */
export class Held {
  received = '';
  closed = false;

  /** Resolves when connected or refused. */
  static open(port, { localAddress, reads = true } = {}) {
    const held = new Held();
    held.socket = net.connect({ port, host: '127.0.0.1', localAddress });
    held.socket.on('error', (error) => {
      held.error = error.code;
    });
    held.ended = new Promise((resolve) =>
      held.socket.on('close', () => {
        held.closed = true;
        resolve();
      }),
    );
    if (reads)
      held.socket.on('data', (data) => {
        if (held.received.length < 100_000) held.received += data.toString('latin1');
      });
    else held.socket.pause();
    return new Promise((resolve) => {
      held.socket.on('connect', () => resolve(held));
      held.socket.on('close', () => resolve(held));
    });
  }

  /** Resolves when the bytes have left, or the connection ended. */
  async send(bytes) {
    if (this.closed) return;
    const sent = new Promise((resolve) =>
      this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, resolve),
    );
    await Promise.race([sent, this.ended]);
  }
  /** Sends each piece after a pause, until the connection ends. */
  async drip(pieces, pause) {
    for (const piece of pieces) {
      if (this.closed) return;
      await this.send(piece);
      await Promise.race([sleep(pause), this.ended]);
    }
  }
  /** Sends `piece` again and again, until `bytes` were sent or it ended; how many were. */
  async flood(piece, bytes) {
    let sent = 0;
    for (; sent < bytes && !this.closed; sent += piece.length) await this.send(piece);
    return sent;
  }
  /** Whether the server ends the connection within that time. */
  async endsWithin(milliseconds) {
    await Promise.race([this.ended, sleep(milliseconds, null, { ref: false })]);
    return this.closed;
  }
  statuses() {
    try {
      return split(this.received, { closed: this.closed }).responses.map(({ status }) => status);
    } catch {
      return ['not HTTP'];
    }
  }
  destroy() {
    this.socket.destroy();
  }
}

/** Many at once, from the addresses in turn. */
export async function openMany(port, count, { addresses = ['127.0.0.1'], ...options } = {}) {
  const all = [];
  for (let at = 0; at < count; at += 50) {
    const some = Array.from({ length: Math.min(50, count - at) }, (_, i) =>
      Held.open(port, { localAddress: addresses[(at + i) % addresses.length], ...options }),
    );
    all.push(...(await Promise.all(some)));
  }
  return all;
}
