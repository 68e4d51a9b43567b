// Content-Encoding and gzip in every form. Refusals of content keep or end the connection, as the server likes.
import { deflateSync, gzipSync } from 'node:zlib';
import { accepted, anyOf, ends, goesOn, head, lengthOf } from './entry.mjs';

const rfc = 'RFC 9110 8.4';
const member = 'RFC 1952 2.3';
const zip = (text, options) => gzipSync(Buffer.from(text, 'latin1'), options).toString('latin1');
const status = (...statuses) => anyOf(goesOn(statuses), ends(statuses));
const unknown = status(400, 415);
const broken = status(400);
/** 429 and 503 when other bombs take the memory at the same time. */
const tooLarge = status(413, 429, 503);
const coded = (name, coding, make, kind, section = rfc) =>
  kind(`Content-Encoding ${name}`, section, (site) => {
    const body = make(site.body);
    return (
      head(site, [...[coding].flat().map((each) => `Content-Encoding:${each}`), lengthOf(body)]) +
      body
    );
  });
const gzipped = (name, make, kind = broken) => coded(`gzip: ${name}`, ' gzip', make, kind, member);
const mutate = (at, byte) => (body) => {
  const bytes = Buffer.from(zip(body), 'latin1');
  bytes[at < 0 ? bytes.length + at : at] ^= byte;
  return bytes.toString('latin1');
};
/** A member with flags: extra field, name, comment, header checksum. */
function flagged(body, flags, fields) {
  const bytes = Buffer.from(zip(body), 'latin1');
  bytes[3] = flags;
  const start = Buffer.concat([bytes.subarray(0, 10), Buffer.from(fields, 'latin1')]);
  return Buffer.concat([start, bytes.subarray(10)]).toString('latin1');
}
const bomb = gzipSync(Buffer.alloc(80 << 20), { level: 9 }).toString('latin1');
const emptyMember = zip('');

export const entries = [
  coded('gzip', ' gzip', zip, accepted),
  coded('GZIP', ' GZIP', zip, accepted),
  coded('Gzip without a blank', 'Gzip', zip, accepted),
  coded('gzip between blanks and tabs', ' \tgzip\t ', zip, accepted),
  coded('x-gzip', ' x-gzip', zip, anyOf(goesOn('ok'), goesOn([400, 415]), ends([400, 415]))),
  coded(
    'identity',
    ' identity',
    (body) => body,
    anyOf(goesOn('ok'), goesOn([400, 415]), ends([400, 415])),
  ),
  coded('empty', '', (body) => body, anyOf(goesOn('ok'), goesOn([400, 415]), ends([400, 415]))),
  coded('br', ' br', (body) => body, unknown),
  coded('zstd', ' zstd', (body) => body, unknown),
  coded(
    'deflate',
    ' deflate',
    (body) => deflateSync(Buffer.from(body, 'latin1')).toString('latin1'),
    unknown,
  ),
  coded('gzip, gzip', ' gzip, gzip', (body) => zip(zip(body)), unknown),
  coded('gzip in two lines', [' gzip', ' gzip'], (body) => zip(zip(body)), unknown),
  coded(
    'gzip and a comma',
    ' gzip,',
    zip,
    anyOf(goesOn('ok'), goesOn([400, 415]), ends([400, 415])),
  ),
  coded('gzip with a parameter', ' gzip;q=1', zip, unknown),
  coded('in quotes', ' "gzip"', zip, unknown),
  coded('a word', ' nonsense', (body) => body, unknown),
  coded('of 5,000 bytes', ` ${'g'.repeat(5000)}`, (body) => body, unknown),
  gzipped('level 0', (body) => zip(body, { level: 0 }), accepted),
  gzipped('level 9', (body) => zip(body, { level: 9 }), accepted),
  gzipped('two members', (body) => zip(body.slice(0, 5)) + zip(body.slice(5)), accepted),
  gzipped('an empty member before', (body) => emptyMember + zip(body), accepted),
  gzipped(
    'a thousand empty members before',
    (body) => emptyMember.repeat(1000) + zip(body),
    accepted,
  ),
  gzipped('with a name', (body) => flagged(body, 8, 'name\0'), accepted),
  gzipped('with a comment', (body) => flagged(body, 16, 'comment\0'), accepted),
  gzipped('with an extra field', (body) => flagged(body, 4, '\x03\x00abc'), accepted),
  gzipped(
    'with a name that does not end',
    (body) => flagged(body, 8, '').slice(0, 10) + 'n'.repeat(5000),
  ),
  gzipped('with an extra field longer than all', (body) => flagged(body, 4, '\xff\xff')),
  gzipped('with a wrong header checksum', (body) => flagged(body, 2, '\x00\x00')),
  gzipped('with reserved flags', (body) => flagged(body, 0xe0, '')),
  gzipped('not gzip', (body) => body),
  gzipped('zlib', (body) => deflateSync(Buffer.from(body, 'latin1')).toString('latin1')),
  gzipped('nothing', () => ''),
  gzipped('one byte', () => '\x1f'),
  gzipped('only the magic', () => '\x1f\x8b'),
  gzipped('only the header', (body) => zip(body).slice(0, 10)),
  gzipped('cut in the data', (body) => zip(body).slice(0, -15)),
  gzipped('cut in the checksum', (body) => zip(body).slice(0, -6)),
  gzipped('cut in the size', (body) => zip(body).slice(0, -1)),
  gzipped('a wrong checksum', mutate(-8, 1)),
  gzipped('a wrong size', mutate(-1, 1)),
  gzipped('a wrong method', mutate(2, 1)),
  gzipped('a wrong magic', mutate(0, 1)),
  gzipped('a reserved block type', mutate(10, 6)),
  gzipped('junk after it', (body) => `${zip(body)}junk`),
  gzipped(
    'NULs after it',
    (body) => `${zip(body)}${'\0'.repeat(20)}`,
    anyOf(goesOn('ok'), goesOn(400), ends(400)),
  ),
  gzipped('a broken second member', (body) => zip(body) + zip('').slice(0, -3)),
  gzipped('of nothing', () => emptyMember, status(200, 400)),
  gzipped('a bomb of 80 MiB', () => bomb, tooLarge),
  gzipped('a bomb in a second member', (body) => zip(body) + bomb, tooLarge),
  gzipped('gzip of gzip', (body) => zip(zip(body)), status(200, 400)),
];
