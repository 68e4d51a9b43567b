// Pairs of lengths that a proxy and this server could understand differently. The hidden request is never answered.
import {
  anyOf,
  chunkOf,
  chunkedLine,
  ends,
  goesOn,
  head,
  lastChunk,
  lengthOf,
  plain,
  refused,
  refusedAs,
  smuggled,
  whole,
} from './entry.mjs';

const rfc = 'RFC 9112 6.1, 6.3, 11.2';
/** Content-Length covers all; chunked ends early, so the rest would be a request. */
const lengthThenChunked = (name, lines, kind = refused) =>
  kind(`CL.TE ${name}`, rfc, (site) => {
    const body = lastChunk + smuggled;
    return head(site, lines(body)) + body;
  });
/** Content-Length ends inside the chunked body. */
const chunkedThenLength = (name, lines, kind = refused) =>
  kind(`TE.CL ${name}`, rfc, (site) => head(site, lines('5c\r\n')) + chunkOf(smuggled) + lastChunk);
const both =
  (coding = chunkedLine) =>
  (body) => [lengthOf(body), coding];
const swapped =
  (coding = chunkedLine) =>
  (body) => [coding, lengthOf(body)];

/** Ways to hide the header's name or value from one of two programs. `safe`: it is simply another header. */
const hidden = [
  ['a blank before the colon', 'Transfer-Encoding : chunked'],
  ['a tab before the colon', 'Transfer-Encoding\t: chunked'],
  ['a leading blank', ' Transfer-Encoding: chunked'],
  ['a leading tab', '\tTransfer-Encoding: chunked'],
  ['a vertical tab before the colon', 'Transfer-Encoding\v: chunked'],
  ['a NUL in the name', 'Transfer\0-Encoding: chunked'],
  ['a NUL before the value', 'Transfer-Encoding:\0chunked'],
  ['a folded value', 'Transfer-Encoding:\r\n chunked'],
  ['a value folded with a tab', 'Transfer-Encoding:\r\n\tchunked'],
  ['a folded name', 'Transfer-\r\n Encoding: chunked'],
  ['a bare LF before it', 'X-A: b\nTransfer-Encoding: chunked'],
  ['a bare CR before it', 'X-A: b\rTransfer-Encoding: chunked'],
  ['CR CR LF before it', 'X-A: b\r\r\nTransfer-Encoding: chunked'],
  ['a bare LF after it', 'Transfer-Encoding: chunked\nX-A: b'],
  ['a bare CR after it', 'Transfer-Encoding: chunked\rX-A: b'],
  ['no colon', 'Transfer-Encoding chunked'],
  ['an equals sign for the colon', 'Transfer-Encoding= chunked'],
  ['a blank in the name', 'Transfer Encoding: chunked'],
  ['a no-break space in the name', 'Transfer-Encoding\xa0: chunked'],
  ['byte 0x7f in the name', 'Transfer-Encoding\x7f: chunked'],
  ['a quote before the name', '"Transfer-Encoding: chunked'],
  ['a colon before the name', ':Transfer-Encoding: chunked'],
  ['identity after it', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity'],
  ['identity before it', 'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked'],
  ['xchunked', 'Transfer-Encoding: xchunked'],
  ['identity', 'Transfer-Encoding: identity'],
  ['quotes', 'Transfer-Encoding: "chunked"'],
  ['a comma', 'Transfer-Encoding: chunked,'],
  ['a parameter', 'Transfer-Encoding: chunked;a=b'],
  ['an empty value', 'Transfer-Encoding:'],
  ['a vertical tab before the value', 'Transfer-Encoding: \vchunked'],
];
const other = [
  ['an underscore', 'Transfer_Encoding: chunked'],
  ['no hyphen', 'TransferEncoding: chunked'],
  ['a prefix', 'X-Transfer-Encoding: chunked'],
  ['a suffix', 'Transfer-Encodings: chunked'],
];

export const entries = [
  lengthThenChunked('plain', both()),
  lengthThenChunked('swapped', swapped()),
  chunkedThenLength('plain', both()),
  chunkedThenLength('swapped', swapped()),
  lengthThenChunked('with Content-Length 0', () => ['Content-Length: 0', chunkedLine]),
  chunkedThenLength('with Content-Length 0', () => [chunkedLine, 'Content-Length: 0']),
  ...hidden.map(([name, line]) =>
    lengthThenChunked(`hidden by ${name}`, both(line), refusedAs(400, 501)),
  ),
  ...hidden.map(([name, line]) =>
    chunkedThenLength(`hidden by ${name}`, swapped(line), refusedAs(400, 501)),
  ),
  ...other.map(([name, line]) =>
    anyOf(goesOn('ok'), ends([400]))(
      `a header that is not Transfer-Encoding: ${name}`,
      'RFC 9110 5.1',
      (site) => whole(site, [line]),
    ),
  ),
  ...[
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: xchunked',
    'Transfer-Encoding: xchunked\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding: chunked\r\ntransfer-encoding: cow',
    'Transfer-Encoding: cow\r\nTransfer-encoding: chunked',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding : identity',
    'Transfer-Encoding: chunked\r\n Transfer-Encoding: identity',
  ].map((lines, i) =>
    refusedAs(400, 501)(
      `TE.TE ${i + 1}`,
      rfc,
      (site) => head(site, [lines]) + lastChunk + smuggled,
    ),
  ),
  refused(
    'Content-Length 0 and then the length',
    rfc,
    (site) => head(site, ['Content-Length: 0', `Content-Length: ${smuggled.length}`]) + smuggled,
  ),
  anyOf(goesOn('ok', 'plain'))(
    'a body that looks like a request is a body',
    rfc,
    (site) => whole(site) + plain(),
  ),
  anyOf(ends(['plain']))(
    'a hidden request inside a body of a path that is not there',
    'RFC 9112 9.3',
    () =>
      `POST /hostile-nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
  ),
  anyOf(ends(['plain']), ends(['plain', 400]))(
    'a hidden request inside chunks of a path that is not there',
    'RFC 9112 9.3',
    () =>
      `POST /hostile-nothing HTTP/1.1\r\nHost: localhost\r\n${chunkedLine}\r\n\r\n${chunkOf(smuggled)}${lastChunk}`,
  ),
  anyOf(goesOn('plain'), ends(['plain', 400]))(
    'Connection: Transfer-Encoding takes nothing away',
    'RFC 9110 7.6.1',
    () => plain(['Connection: Transfer-Encoding']),
  ),
  refused(
    'Connection: Content-Length does not end a body early',
    rfc,
    (site) =>
      head(site, ['Connection: Content-Length', 'Content-Length: 0', chunkedLine]) +
      lastChunk +
      smuggled,
  ),
  refused(
    'an unfinished request line and a hidden request',
    rfc,
    () => `GET /hostile-nothing\r\n${smuggled}`,
  ),
  refused('HTTP/0.9', 'RFC 9112 2.3', () => 'GET /hostile-nothing\r\n\r\n'),
];
