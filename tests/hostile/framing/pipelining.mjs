// Several requests on one connection: each is answered once, in order, and an error ends it.
import {
  anyOf,
  chunkOf,
  chunkedLine,
  ends,
  goesOn,
  head,
  lastChunk,
  plain,
  smuggled,
  whole,
  wholeChunked,
} from './entry.mjs';

const rfc = 'RFC 9112 9.3.2';
const many = (count, each) => Array.from({ length: count }, () => each);

export const entries = [
  anyOf(goesOn('plain', 'plain'))('two plain', rfc, () => plain() + plain()),
  anyOf(goesOn('ok', 'ok'))('two with bodies', rfc, (site) => whole(site) + whole(site)),
  anyOf(goesOn('ok', 'plain', 'ok'))(
    'with and without bodies',
    rfc,
    (site) => whole(site) + plain() + wholeChunked(site),
  ),
  anyOf(goesOn(...many(10, 'plain')))('ten plain', rfc, () => plain().repeat(10)),
  anyOf(goesOn(...many(100, 'plain')))('a hundred plain', rfc, () => plain().repeat(100)),
  anyOf(goesOn(...many(20, 'ok')))('twenty chunked', rfc, (site) => wholeChunked(site).repeat(20)),
  anyOf(goesOn('plain', 'plain'))(
    'an empty line between',
    'RFC 9112 2.2',
    () => `${plain()}\r\n${plain()}`,
  ),
  anyOf(goesOn('ok', 'plain'))(
    'an empty line after a body',
    'RFC 9112 2.2',
    (site) => `${whole(site)}\r\n${plain()}`,
  ),
  anyOf(ends('plain'))(
    'nothing after Connection: close',
    'RFC 9112 9.6',
    () => plain(['Connection: close']) + smuggled,
  ),
  anyOf(ends('plain'))(
    'nothing after connection: CLOSE',
    'RFC 9112 9.6',
    () => plain(['connection: CLOSE']) + smuggled,
  ),
  anyOf(ends('plain'))(
    'nothing after close in a list',
    'RFC 9112 9.6',
    () => plain(['Connection: keep-alive, close']) + smuggled,
  ),
  anyOf(ends('plain'))(
    'nothing after HTTP/1.0',
    'RFC 9112 9.3',
    () => plain([], { version: 'HTTP/1.0' }) + smuggled,
  ),
  anyOf(ends('ok'))(
    'nothing after a body and close',
    'RFC 9112 9.6',
    (site) => whole(site, ['Connection: close']) + smuggled,
  ),
  anyOf(ends('plain', 400))(
    'nonsense after a request',
    rfc,
    () => `${plain()}nonsense\r\n\r\n${smuggled}`,
  ),
  anyOf(ends('ok', 400))(
    'nonsense after a body',
    rfc,
    (site) => `${whole(site)}\x01\x02\x03\r\n\r\n${smuggled}`,
  ),
  anyOf(ends('ok', 400))(
    'a body longer than its length',
    rfc,
    (site) => `${whole(site)}}\r\n\r\n${smuggled}`,
  ),
  anyOf(ends('plain', 400))(
    'a second one with two lengths',
    rfc,
    (site) => plain() + head(site, ['Content-Length: 1', 'Content-Length: 2']) + smuggled,
  ),
  anyOf(ends('ok', 400))(
    'a second one with a broken chunk',
    rfc,
    (site) => whole(site) + head(site, [chunkedLine]) + 'zz\r\n' + smuggled,
  ),
  anyOf(ends(400))(
    'a broken chunk and a second request',
    rfc,
    (site) => head(site, [chunkedLine]) + chunkOf(site.body) + 'zz\r\n' + smuggled,
  ),
  anyOf(ends([400, 431]))(
    'an oversized head and a second request',
    rfc,
    () => plain([`X-A: ${'b'.repeat(20_000)}`]) + smuggled,
    {},
  ),
  anyOf(goesOn('ok', 'plain'))(
    'a hidden request after the last chunk is the second request',
    rfc,
    (site) => head(site, [chunkedLine]) + chunkOf(site.body) + lastChunk + smuggled,
  ),
];
