// Senders that take forever: each must be answered 408 or closed when its timeout is over.
import tls from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { Subscriber, makeCertificate, temporaryFolder } from '../../system/support/bellwether.mjs';
import { chunkedLine, head, plain } from '../framing/entry.mjs';
import { Held } from '../support/holding.mjs';
import { settings } from '../support/settings.mjs';

const lowered = {
  header_timeout: '1s',
  body_timeout: '2s',
  idle_timeout: '2s',
  write_timeout: '2s',
};
/** The largest of the lowered ones, and of the defaults (75 s idle), and what a slow machine adds. */
const loweredBound = 2000 + 18_000;
const defaultBound = 75_000 + 20_000;
const copies = 4;
const pause = 100;

function* forever(piece) {
  for (;;) yield piece;
}
const letters = (text) => text.split('');

/** { name, begin, drip }: `begin` is sent at once, then a piece of `drip` each 100 ms. Without a drip nothing follows. */
const cases = (site) => [
  { name: 'nothing at all', begin: '' },
  { name: 'half a request line', begin: 'GET /ho' },
  { name: 'half a head', begin: plain().slice(0, -2) },
  { name: 'an empty line and nothing', begin: '\r\n' },
  { name: 'a head in letters', begin: '', drip: letters(plain([`X-A: ${'b'.repeat(5000)}`])) },
  { name: 'header after header', begin: plain().slice(0, -2), drip: forever('X-A: b\r\n') },
  { name: 'a value without an end', begin: `${plain().slice(0, -2)}X-A: `, drip: forever('b') },
  { name: 'no body', begin: head(site, ['Content-Length: 1000']) },
  { name: 'half a body', begin: `${head(site, ['Content-Length: 1000'])}{` },
  { name: 'a body in letters', begin: head(site, ['Content-Length: 100000']), drip: forever(' ') },
  { name: 'no chunk', begin: head(site, [chunkedLine]) },
  { name: 'half a chunk', begin: `${head(site, [chunkedLine])}5\r\n{` },
  { name: 'chunks of one byte', begin: head(site, [chunkedLine]), drip: forever('1\r\n \r\n') },
  { name: 'a chunk size without an end', begin: head(site, [chunkedLine]), drip: forever('0') },
  {
    name: 'a chunk extension without an end',
    begin: `${head(site, [chunkedLine])}1;`,
    drip: forever('a'),
  },
  {
    name: 'trailers without an end',
    begin: `${head(site, [chunkedLine])}0\r\n`,
    drip: forever('X-A: b\r\n'),
  },
  { name: 'Expect and no body', begin: head(site, ['Expect: 100-continue', 'Content-Length: 10']) },
  { name: 'idle after an answer', begin: plain() },
];

async function play(trial, site, { name, begin, drip }, bound) {
  trial.inputs += 1;
  const held = await Held.open(site.port);
  if (begin !== '') await held.send(begin);
  if (drip) held.drip(drip, pause);
  const ended = await held.endsWithin(bound);
  const statuses = held.statuses();
  held.destroy();
  // The application may refuse what it needs no body for; 404 answers the request that is followed by idleness.
  const odd = statuses.filter((status) => ![400, 404, 408].includes(status));
  if (!ended)
    trial.fail(`${site.name}: ${name}: the connection is still open after ${bound} ms`, {
      site: site.name,
      bytes: begin,
    });
  if (odd.length > 0)
    trial.fail(`${site.name}: ${name}: answered ${odd.join(' ')}, expected 408 or a close`, {
      site: site.name,
      bytes: begin,
    });
}

/** Requests without ever reading an answer: the server must give up, and keep little meanwhile. */
async function neverRead(trial, site, bound) {
  trial.inputs += 1;
  const held = await Held.open(site.port, { reads: false });
  const deadline = Date.now() + bound;
  const request = Buffer.from(plain().repeat(200), 'latin1');
  // A write fails only after the server closed, so writing goes on; it blocks while the server reads nothing.
  while (!held.closed && Date.now() < deadline) {
    await Promise.race([held.send(request), sleep(200)]);
    await sleep(20);
  }
  if (!held.closed)
    trial.fail(
      `${site.name}: answers that are never read: the connection is still open after ${bound} ms`,
    );
  held.destroy();
}

/** Handshakes that do not end, against a listener with TLS. */
async function stallHandshakes(trial, t) {
  const { certificate, key } = makeCertificate(temporaryFolder(t), '127.0.0.1');
  const service = await Subscriber.start(t, {
    config: `[server]\ntls_certificate = "${certificate}"\ntls_key = "${key}"\n${settings('limits', lowered)}`,
  });
  const hello = Buffer.from('16030100c8010000c40303', 'hex');
  const records = {
    nothing: [],
    'half a hello': [hello],
    'a hello in bytes': [...hello].map((byte) => Buffer.from([byte])),
    'plain HTTP': [Buffer.from(plain())],
    'a record of 64 KiB': [Buffer.from('160301ffff', 'hex'), Buffer.alloc(65535)],
    zeros: Array.from({ length: 200 }, () => Buffer.alloc(100)),
  };
  await Promise.all(
    Object.entries(records).flatMap(([name, pieces]) =>
      Array.from({ length: copies }, async () => {
        trial.inputs += 1;
        const held = await Held.open(service.port);
        held.drip(pieces, pause);
        if (!(await held.endsWithin(loweredBound)))
          trial.fail(`TLS: ${name}: the connection is still open after ${loweredBound} ms`);
        held.destroy();
      }),
    ),
  );
  const version = await new Promise((resolve) => {
    const socket = tls.connect(
      { port: service.port, host: '127.0.0.1', rejectUnauthorized: false },
      () => resolve(socket.getProtocol()),
    );
    socket.on('error', (error) => resolve(error.message));
  });
  if (!/^TLSv1\.[23]$/.test(version))
    trial.fail(`TLS: after stalled handshakes a right one gives ${version}`);
  const { code } = await service.stop();
  if (code !== 0) trial.fail(`TLS: the subscriber ended with ${code}`);
}

export const slow = {
  name: 'slow',
  /** The long form shows the defaults on all listeners, the quick one lowered timeouts where they can be set. */
  config: ({ quick }) =>
    quick
      ? { subscriber: settings('limits', lowered), publisher: settings('ingestion', lowered) }
      : {},
  async attack(trial, t) {
    const { quick } = trial.options;
    const bound = quick ? loweredBound : defaultBound;
    const isLowered = (site) =>
      site.name === 'subscriber public' ||
      (site.name === 'publisher public' && trial.config?.publisher !== '');
    const sites = trial.sites.filter((site) => !quick || isLowered(site));
    await Promise.all([
      stallHandshakes(trial, t),
      ...sites.map((site) => neverRead(trial, site, bound)),
      ...sites.flatMap((site) =>
        cases(site).flatMap((each) =>
          Array.from({ length: copies }, () => play(trial, site, each, bound)),
        ),
      ),
    ]);
  },
};
