// Receivers that answer a delivery with whatever hurts: each attempt must end in time, in bounded memory.
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { atEnd, until } from '../../system/support/bellwether.mjs';
import { inParallel } from '../support/prove.mjs';

const kibi = 'x'.repeat(1024);
const ok = 'HTTP/1.1 200 OK\r\n';
const json = `${ok}Content-Type: application/json\r\n`;
const zip = (size) => gzipSync(Buffer.alloc(size), { level: 9 }).toString('latin1');
const success = '{"action":"members","status":"success"}';

/** [name, begin, endless piece, pause in ms between pieces]; without a piece the connection is left open, or ended with `end`. */
const answers = [
  ['silence', ''],
  ['a close without an answer', '', null, 0, 'end'],
  ['a reset', '', null, 0, 'reset'],
  ['half a status line', 'HTTP/1.1 2', null, 0, 'end'],
  ['garbage', '\0\x01\x02\xff\xfe garbage\r\n\r\n', null, 0, 'end'],
  ['endless garbage', '', '\x01\xff'.repeat(4096)],
  ['an endless status line', 'HTTP/1.1 200 ', kibi],
  ['an endless header', `${ok}X-A: `, kibi],
  ['endless headers', ok, `X-A: ${kibi}\r\n`],
  ['endless small headers', ok, 'X:\r\n'.repeat(1000)],
  ['endless 100 Continue', '', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(100)],
  ['endless 103 with headers', '', `HTTP/1.1 103 Early Hints\r\nLink: <${kibi}>\r\n\r\n`],
  [
    '101 Switching Protocols',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
    kibi,
  ],
  ['an endless body', `${json}\r\n`, kibi.repeat(64)],
  [
    'an endless chunked body',
    `${json}Transfer-Encoding: chunked\r\n\r\n`,
    `400\r\n${kibi}\r\n`.repeat(64),
  ],
  [
    'endless trailers',
    `${json}Transfer-Encoding: chunked\r\n\r\n0\r\n`,
    `X-A: ${kibi}\r\n`.repeat(64),
  ],
  [
    'endless small trailers',
    `${json}Transfer-Encoding: chunked\r\n\r\n0\r\n`,
    'X-A: b\r\n'.repeat(8192),
  ],
  ['an endless trailer', `${json}Transfer-Encoding: chunked\r\n\r\n0\r\nX-A: `, kibi.repeat(64)],
  ['an endless chunk extension', `${json}Transfer-Encoding: chunked\r\n\r\n1;`, kibi.repeat(64)],
  ['an endless chunk size', `${json}Transfer-Encoding: chunked\r\n\r\n`, '0'.repeat(65536)],
  ['a chunk that is none', `${json}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, null, 0, 'end'],
  ['a body in drops', `${json}Content-Length: 100000\r\n\r\n`, 'x', 100],
  ['headers in drops', ok, 'X-A: b\r\n', 100],
  ['a body that never comes', `${json}Content-Length: 100000\r\n\r\n`],
  ['a huge Content-Length', `${json}Content-Length: 99999999999999999999\r\n\r\nx`, null, 0, 'end'],
  ['a negative Content-Length', `${json}Content-Length: -1\r\n\r\nx`, null, 0, 'end'],
  [
    'two Content-Lengths',
    `${json}Content-Length: 5\r\nContent-Length: 50\r\n\r\nxxxxx`,
    null,
    0,
    'end',
  ],
  ['a body that is cut', `${json}Content-Length: 100\r\n\r\n${success}`, null, 0, 'end'],
  ['a gzip bomb', `${json}Content-Encoding: gzip\r\n\r\n${zip(200 << 20)}`, null, 0, 'end'],
  ['an endless gzip bomb', `${json}Content-Encoding: gzip\r\n\r\n`, zip(50 << 20)],
  ['broken gzip', `${json}Content-Encoding: gzip\r\n\r\nnot gzip`, null, 0, 'end'],
  [
    'a redirect to itself',
    'HTTP/1.1 307 Temporary Redirect\r\nLocation: /\r\nContent-Length: 0\r\n\r\n',
    null,
    0,
    'end',
  ],
  [
    'a redirect to a file',
    'HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n',
    null,
    0,
    'end',
  ],
  ['an endless Location', 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/', kibi],
  [
    '401 with endless challenges',
    'HTTP/1.1 401 Unauthorized\r\n',
    `WWW-Authenticate: Basic realm="${kibi}"\r\n`,
  ],
  [
    'Retry-After of a million years',
    'HTTP/1.1 503 Busy\r\nRetry-After: 99999999999999999999\r\nContent-Length: 0\r\n\r\n',
    null,
    0,
    'end',
  ],
  ['deep JSON', `${json}\r\n${'['.repeat(60_000)}`, null, 0, 'end'],
  [
    'a message of control characters',
    `${json}\r\n{"action":"members","status":"failure","error":{"code":400,"message":"\\u001b[2J\\u0000\\ud800\\r\\nforged"}}`,
    null,
    0,
    'end',
  ],
  ['a status of 999', 'HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n', null, 0, 'end'],
  ['a status of -1', 'HTTP/1.1 -1 Odd\r\nContent-Length: 0\r\n\r\n', null, 0, 'end'],
  ['HTTP/0.9', success, null, 0, 'end'],
  ['endless cookies', ok, `Set-Cookie: a=${kibi}\r\n`],
  [
    'many answers at once',
    `${json}Content-Length: ${success.length}\r\n\r\n${success}`.repeat(1000),
    null,
    0,
    'end',
  ],
];

/** Timeouts of one delivery, lowered; `request_timeout` is the longest. */
const config =
  '[delivery]\nhttps_only = false\nallow = "127.0.0.0/8"\nconnect_timeout = "2s"\nfirst_byte_timeout = "2s"\nrequest_timeout = "4s"\n';
/** One attempt must end within its timeout, and what a slow machine adds. */
const attemptBound = 4000 + 16_000;
/** The private listener has four threads: two stay free for the healthy clients. */
const width = 2;

async function* endlessly(piece, pause) {
  for (;;) {
    yield piece;
    if (pause > 0) await sleep(pause);
  }
}

/** Resolves when the socket takes more, or has ended. */
function room(socket) {
  return new Promise((resolve) => {
    const go = () => {
      socket.off('drain', go);
      socket.off('close', go);
      resolve();
    };
    socket.on('drain', go);
    socket.on('close', go);
  });
}

/** A receiver for each answer; its URL. */
async function receive(t, [, begin, piece, pause = 0, ending]) {
  const open = new Set();
  const server = net.createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    socket.once('data', async () => {
      socket.on('data', () => {});
      if (ending === 'reset') return socket.resetAndDestroy();
      socket.write(Buffer.from(begin, 'latin1'));
      if (ending === 'end') return socket.end();
      if (!piece) return undefined;
      const bytes = Buffer.from(piece, 'latin1');
      for await (const each of endlessly(bytes, pause)) {
        if (socket.destroyed) return undefined;
        if (!socket.write(each)) await room(socket);
      }
      return undefined;
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const end = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  atEnd(t, end);
  return { url: `http://127.0.0.1:${server.address().port}/`, end };
}

/** The connection test of a destination or webhook; it must say something within the bound. */
async function tryTest(trial, kind, name, url) {
  const { service } = trial.publisher;
  trial.inputs += 1;
  const { id } = await service.call('POST', `/v1/${kind}s`, {
    project_id: '8',
    name: `${name} ${trial.inputs}`,
    url,
  });
  const begun = Date.now();
  const answer = await Promise.race([
    service.try('POST', `/v1/${kind}s/${id}/test`, {}),
    sleep(attemptBound, null, { ref: false }),
  ]).catch((error) => ({ error }));
  if (answer === null)
    trial.fail(`${kind}, ${name}: the test is not over after ${attemptBound} ms`);
  else if (answer.error) trial.fail(`${kind}, ${name}: the test was not answered: ${answer.error}`);
  else if (answer.status >= 500)
    trial.fail(
      `${kind}, ${name}: the test was answered ${answer.status} after ${Date.now() - begun} ms`,
    );
}

/** A sync to it: its run makes an attempt and goes on to a verdict; a person can stop it. */
async function trySync(trial, name, url) {
  const { service } = trial.publisher;
  trial.inputs += 1;
  const { id: cohort } = await service.call('POST', '/v1/cohorts', {
    project_id: '8',
    name: `to ${name}`,
    definition: { groups: [{ conditions: [{ did: { event: 'Buy' } }] }] },
  });
  const { id: destination } = await service.call('POST', '/v1/destinations', {
    project_id: '8',
    name: `sync ${name}`,
    url,
  });
  const { id } = await service.call('POST', '/v1/syncs', {
    project_id: '8',
    cohort_id: cohort,
    destination_id: destination,
  });
  const tried = async () => {
    const { run } = await service.call('GET', `/v1/syncs/${id}`);
    return run && (run.phase === 'ended' || run.attempts > 0);
  };
  await until(tried, `a sync to ${name} made an attempt`, attemptBound + 10_000).catch((error) =>
    trial.fail(`sync, ${name}: ${error.message}`),
  );
  await service.try('POST', `/v1/syncs/${id}/pause`);
}

export const receivers = {
  name: 'receivers',
  services: ['publisher'],
  config: () => ({ publisher: config }),
  async attack(trial, t) {
    const { quick } = trial.options;
    await inParallel(answers.entries(), width, async ([at, answer]) => {
      if (!trial.isAlive()) return;
      const [name] = answer;
      trial.phase(name);
      const receiver = await receive(t, answer);
      await tryTest(trial, at % 2 ? 'webhook' : 'destination', name, receiver.url);
      if (!quick) await tryTest(trial, at % 2 ? 'destination' : 'webhook', name, receiver.url);
      if (!quick || at % 4 === 0) await trySync(trial, name, receiver.url);
      receiver.end();
    });
  },
};
