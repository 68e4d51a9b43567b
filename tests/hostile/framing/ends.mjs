// Requests that end too early because the client closes its side. Nothing of them may be stored.
import { anyOf, chunkedLine, chunkOf, ends, head, plain, whole, wholeChunked } from './entry.mjs';

const rfc = 'RFC 9112 8';
const cut = anyOf(ends(), ends([400, 408]));
const early = (name, bytes) => cut(`cut ${name}`, rfc, bytes, { end: true });

export const entries = [
  early('before the first byte', () => ''),
  early('in the method', () => 'GE'),
  early('in the target', () => 'GET /ho'),
  early('before the end of the request line', () => 'GET /hostile-nothing HTTP/1.1'),
  early('in the line end', () => 'GET /hostile-nothing HTTP/1.1\r'),
  early('in a header name', () => 'GET /hostile-nothing HTTP/1.1\r\nHo'),
  early('in a header value', () => 'GET /hostile-nothing HTTP/1.1\r\nHost: lo'),
  early('before the empty line', () => plain().slice(0, -2)),
  early('in the empty line', () => plain().slice(0, -1)),
  early('before the body', (site) => head(site, ['Content-Length: 10'])),
  early('in the body', (site) => whole(site).slice(0, -1)),
  early('before the first chunk', (site) => head(site, [chunkedLine])),
  early('in a chunk size', (site) => `${head(site, [chunkedLine])}5`),
  early('in a chunk extension', (site) => `${head(site, [chunkedLine])}5;a`),
  early('in a chunk', (site) => `${head(site, [chunkedLine])}5\r\nab`),
  early('after a chunk', (site) => head(site, [chunkedLine]) + chunkOf(site.body)),
  early('in the last chunk', (site) => wholeChunked(site).slice(0, -4)),
  early('before the last line end', (site) => wholeChunked(site).slice(0, -2)),
  early('in a trailer', (site) => `${wholeChunked(site).slice(0, -2)}X-A: b`),
  anyOf(ends('ok'))('a half-closed client is answered', 'RFC 9112 9.6', (site) => whole(site), {
    end: true,
  }),
  anyOf(ends('ok'))(
    'a half-closed client with chunks is answered',
    'RFC 9112 9.6',
    (site) => wholeChunked(site),
    { end: true },
  ),
];
