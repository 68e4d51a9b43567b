// Much of everything at once. Whatever is refused, memory stays bounded and other clients are served (support/watch.mjs).
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { chunkedLine, head, plain, whole } from '../framing/entry.mjs';
import { Held, openMany } from '../support/holding.mjs';
import { attackersAddress } from '../support/watch.mjs';
import { split } from '../support/responses.mjs';

const MiB = 2 ** 20;
const heldBody = 15 * MiB;
const others = Array.from({ length: 10 }, (_, i) => `127.0.1.${i + 1}`);
const letters = Buffer.alloc(MiB, 'a');
const end = (all) => all.forEach((each) => each.destroy());

async function idle(site, { quick }, addresses, count) {
  const all = await openMany(site.port, count, { addresses });
  await sleep(quick ? 3000 : 10_000);
  end(all);
  return count;
}

/** Heads that are accepted and bodies that never end. */
async function holdBodies(site, { quick }, addresses, lines) {
  const count = 150;
  const all = await openMany(site.port, count, { addresses });
  const start = head(site, lines);
  const chunk = lines.includes(chunkedLine) ? `${(heldBody + 100).toString(16)}\r\n` : '';
  await Promise.all(
    all.map(async (held) => {
      await held.send(start + chunk);
      await Promise.race([held.flood(letters, heldBody), sleep(quick ? 5000 : 20_000)]);
    }),
  );
  await sleep(quick ? 500 : 3000);
  end(all);
  return count;
}

async function holdHeads(site, { quick }) {
  const all = await openMany(site.port, 500, { addresses: others });
  await Promise.all(
    all.map((held) => held.send(`${plain().slice(0, -2)}X-A: ${'b'.repeat(15_000)}`)),
  );
  await sleep(quick ? 500 : 3000);
  end(all);
  return all.length;
}

/** Something without an end. The server must close it long before `most` bytes. */
async function endless(site, { quick }, begin, piece, fail, what) {
  const most = (quick ? 300 : 2000) * MiB;
  const held = await Held.open(site.port);
  await held.send(begin);
  const sent = await held.flood(piece, most);
  if (sent >= most && !(await held.endsWithin(5000)))
    fail(
      `${site.name}: ${what}: ${Math.round(sent / MiB)} MiB were taken and the connection is still open`,
      { site: site.name, bytes: begin + piece.subarray(0, 1000).toString('latin1') },
    );
  held.destroy();
  return 1;
}

async function pipeline(site, fail) {
  const count = 10_000;
  const held = await Held.open(site.port);
  let received = '';
  held.socket.on('data', (data) => {
    received += data.toString('latin1');
  });
  const chunk = plain().repeat(500);
  for (let i = 0; i < count; i += 500) await held.send(chunk);
  for (let waited = 0; waited < 20_000 && !held.closed; waited += 100) {
    await sleep(100);
    if (received.split('HTTP/1.1 404').length > count) break;
  }
  held.destroy();
  const { responses } = split(received, {});
  const wrong = responses.filter(({ status }) => status !== 404).length;
  if (responses.length !== count || wrong > 0)
    fail(
      `${site.name}: of ${count} pipelined requests ${responses.length} were answered, ${wrong} of them wrongly`,
    );
  return count;
}

const spaced = (site, bytes) =>
  gzipSync(Buffer.concat([Buffer.alloc(bytes, ' '), Buffer.from(site.body)]), { level: 9 });

async function bombs(site, { quick }, make) {
  const body = make(site);
  const request = Buffer.concat([
    Buffer.from(head(site, ['Content-Encoding: gzip', `Content-Length: ${body.length}`]), 'latin1'),
    body,
  ]);
  const all = await openMany(site.port, quick ? 16 : 200, { addresses: others });
  await Promise.all(all.map((held) => held.send(request)));
  for (
    let waited = 0;
    waited < 30_000 && all.some((held) => !held.closed && held.received === '');
    waited += 100
  )
    await sleep(100);
  end(all);
  return all.length;
}

/** Connections that come and go at once, some with a reset in the middle of a request. */
async function churn(site, { quick }) {
  const rounds = quick ? 10 : 60;
  for (let i = 0; i < rounds; ++i) {
    const all = await openMany(site.port, 100, { addresses: [attackersAddress, ...others] });
    await Promise.all(
      all.map(
        (held, at) => at % 3 && held.send(at % 3 === 1 ? whole(site) : whole(site).slice(0, -10)),
      ),
    );
    all.forEach((held, at) => (at % 2 ? held.socket.resetAndDestroy() : held.destroy()));
  }
  return rounds * 100;
}

const repeated = (text) => Buffer.from(text.repeat(Math.ceil(MiB / text.length)), 'latin1');

/** [name, what is done]; `sites` says where when not everywhere. */
const floodsOf = (site, options, fail) => {
  const own = [attackersAddress];
  const chunks = head(site, [chunkedLine]);
  const without = (begin, piece, what) => endless(site, options, begin, piece, fail, what);
  return [
    ['idle connections of one client', () => idle(site, options, own, 1500)],
    ['idle connections of many clients', () => idle(site, options, others, 1500)],
    [
      'held bodies of one client',
      () => holdBodies(site, options, own, [`Content-Length: ${heldBody + 100}`]),
    ],
    [
      'held bodies of many clients',
      () => holdBodies(site, options, others, [`Content-Length: ${heldBody + 100}`]),
    ],
    ['held chunks of many clients', () => holdBodies(site, options, others, [chunkedLine])],
    ['held heads', () => holdHeads(site, options)],
    ['endless chunk extension', () => without(`${chunks}1;`, letters, 'a chunk extension')],
    ['endless chunk size', () => without(chunks, Buffer.alloc(MiB, '0'), 'a chunk size')],
    [
      'endless small chunks with extensions',
      () =>
        without(
          chunks,
          repeated(`1;${'a'.repeat(1000)}\r\n \r\n`),
          'chunks that are mostly extensions',
        ),
    ],
    ['endless trailer line', () => without(`${chunks}0\r\nX-A: `, letters, 'a trailer')],
    ['endless trailers', () => without(`${chunks}0\r\n`, repeated('X-A: b\r\n'), 'trailers')],
    ['endless header', () => without(`${plain().slice(0, -2)}X-A: `, letters, 'a header')],
    ['endless headers', () => without(plain().slice(0, -2), repeated('X-A: b\r\n'), 'headers')],
    ['endless target', () => without('GET /', letters, 'a target')],
    ['endless empty lines', () => without('', repeated('\r\n'), 'empty lines')],
    ['10,000 pipelined requests', () => pipeline(site, fail)],
    ['gzip bombs of blanks', () => bombs(site, options, (each) => spaced(each, 60 * MiB))],
    ['gzip bombs above the limit', () => bombs(site, options, (each) => spaced(each, 200 * MiB))],
    ['connections that come and go', () => churn(site, options)],
  ];
};

export const floods = {
  name: 'floods',
  async attack(trial) {
    const { quick } = trial.options;
    const fail = (what, more) => trial.fail(what, more);
    // Quick: each flood on one listener, in turn, so that each listener has some and each flood runs.
    const all = trial.sites.map((site) => floodsOf(site, trial.options, fail));
    for (let at = 0; at < all[0].length; ++at) {
      for (const [s, site] of trial.sites.entries()) {
        if ((quick && at % trial.sites.length !== s) || !trial.isAlive()) continue;
        const [name, run] = all[s][at];
        trial.phase(`${name}, ${site.name}`);
        trial.inputs += await run();
      }
    }
  },
};
