// Sends bytes over a connection of their own and says what came back and whether the connection ended.
import net from 'node:net';
import { bytesOf } from './bytes.mjs';
import { saysClose, split } from './responses.mjs';

/** A request that every listener answers 404: proof that the connection is in step. */
export const marker =
  'GET /hostile-marker HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

/**
 * Sends `bytes`. When as many responses came as `expected` says and the last one keeps the connection,
 * sends the marker: `kept` is true when exactly it was answered after them. `end` closes our side after
 * the bytes. Everything ends within `deadline` milliseconds.
 */
export function exchange({
  port,
  bytes,
  expected = 1,
  bodiless = false,
  end = false,
  deadline = 8000,
  localAddress,
}) {
  return new Promise((resolve) => {
    const outcome = { responses: [], interim: [], closed: false, kept: false, late: false };
    let received = '';
    let asked = false;
    const socket = net.connect({ port, host: '127.0.0.1', localAddress });
    const timer = setTimeout(() => {
      outcome.late = true;
      socket.destroy();
    }, deadline);
    const look = (closed) => {
      try {
        const found = split(received, { bodiless: bodiless && !asked, closed });
        Object.assign(outcome, found);
      } catch (error) {
        outcome.garbage = error.message;
        socket.destroy();
        return;
      }
      const last = outcome.responses.at(-1);
      if (asked || closed || end || outcome.responses.length < expected) return;
      if (last && saysClose(last)) return;
      asked = true;
      outcome.before = outcome.responses.length;
      socket.write(marker);
      if (bodiless) {
        outcome.headless = outcome.responses;
        received = '';
      }
    };
    socket.on('connect', () => {
      socket.write(bytesOf(bytes));
      if (end) socket.end();
      if (expected === 0 && !end) look(false);
    });
    socket.on('data', (data) => {
      received += data.toString('latin1');
      look(false);
    });
    socket.on('error', (error) => {
      outcome.error = error.code;
    });
    socket.on('close', () => {
      clearTimeout(timer);
      outcome.closed = !outcome.late;
      look(true);
      settle(outcome, asked);
      resolve(outcome);
    });
  });
}

/** Takes the marker's answer off the responses. */
function settle(outcome, asked) {
  if (outcome.headless) outcome.responses = [...outcome.headless, ...outcome.responses];
  if (!asked) return;
  const last = outcome.responses.at(-1);
  if (outcome.responses.length > outcome.before && last.status === 404) {
    outcome.kept = true;
    outcome.responses.pop();
  }
}
