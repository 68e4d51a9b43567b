// Transfer-Encoding in every form. What is not exactly one final `chunked` must never be read as "no body".
import {
  accepted,
  anyOf,
  chunkOf,
  ends,
  goesOn,
  head,
  lastChunk,
  refused,
  refusedAs,
  wholeChunked,
} from './entry.mjs';

const rfc = 'RFC 9112 6.1, 6.3';
const codings = (name, values, kind = refused, options) =>
  kind(
    `Transfer-Encoding ${name}`,
    rfc,
    (site) =>
      head(
        site,
        [values].flat().map((value) => `Transfer-Encoding:${value}`),
        options,
      ) +
      chunkOf(site.body) +
      lastChunk,
  );
const other = refusedAs(400, 501);

export const entries = [
  accepted('Transfer-Encoding chunked', rfc, (site) => wholeChunked(site)),
  codings('Chunked', ' Chunked', accepted),
  codings('CHUNKED', ' CHUNKED', accepted),
  codings('without a blank', 'chunked', accepted),
  codings('between blanks and tabs', ' \t chunked \t ', accepted),
  accepted(
    'transfer-encoding in lower case',
    rfc,
    (site) => head(site, ['transfer-encoding: chunked']) + chunkOf(site.body) + lastChunk,
  ),
  codings('identity', ' identity', other),
  codings('xchunked', ' xchunked', other),
  codings('chunkedx', ' chunkedx', other),
  codings('chunk', ' chunk', other),
  codings('chunked with a final point', ' chunked.', other),
  codings('gzip', ' gzip', other),
  codings('gzip, chunked', ' gzip, chunked', other),
  codings('deflate, gzip, chunked', ' deflate, gzip, chunked', other),
  codings('identity, chunked', ' identity, chunked', other),
  codings('xchunked, chunked', ' xchunked, chunked', other),
  codings('gzip in one line, chunked in the next', [' gzip', ' chunked'], other),
  codings('chunked, identity', ' chunked, identity'),
  codings('chunked, gzip', ' chunked, gzip'),
  codings('chunked in one line, gzip in the next', [' chunked', ' gzip']),
  codings('chunked in one line, identity in the next', [' chunked', ' identity']),
  codings('chunked, chunked', ' chunked, chunked'),
  codings('chunked in two lines', [' chunked', ' chunked']),
  codings('chunked, gzip, chunked', ' chunked, gzip, chunked'),
  codings('empty', ''),
  codings('only a blank', ' '),
  codings('only a comma', ' ,'),
  codings('chunked and a comma', ' chunked,'),
  codings('a comma and chunked', ' ,chunked'),
  codings('chunked between commas', ' ,chunked,'),
  codings('gzip, empty, chunked', ' gzip,,chunked', other),
  codings('chunked in one line, an empty next', [' chunked', '']),
  codings('an empty line, then chunked', ['', ' chunked']),
  codings('chunked with a parameter', ' chunked;q=1'),
  codings('chunked with a semicolon', ' chunked;'),
  codings('chunked with a blank and a parameter', ' chunked ; a=b'),
  codings('chunked with a quoted parameter', ' chunked;a="b"'),
  codings('"chunked" in quotes', ' "chunked"', other),
  codings("'chunked' in apostrophes", " 'chunked'", other),
  codings('chunked with a NUL', ' chunked\0'),
  codings('chunked after a vertical tab', ' \vchunked'),
  codings('chunked after a form feed', ' \fchunked'),
  codings('chunked before a vertical tab', ' chunked\v'),
  codings('chunked after a no-break space', ' \xa0chunked', other),
  codings('chunked before byte ff', ' chunked\xff', other),
  codings('chunked after 0x08', ' \bchunked'),
  codings('chunked with a backslash', ' chunked\\', other),
  codings('chunked identity without a comma', ' chunked identity', other),
  codings('identity chunked without a comma', ' identity chunked', other),
  codings('chunked with a tab inside', ' chun\tked', other),
  codings('chunked in fullwidth letters', ' \xef\xbd\x83hunked', other),
  codings('with the Kelvin sign for k', ' chun\xe2\x84\xaaed', other),
  codings('chunked in HTTP/1.0', ' chunked', refused, { version: 'HTTP/1.0' }),
  codings('identity in HTTP/1.0', ' identity', refused, { version: 'HTTP/1.0' }),
  codings('chunked in HTTP/1.0 with keep-alive', ' chunked', refused, {
    version: 'HTTP/1.0\r\nConnection: keep-alive',
  }),
  anyOf(goesOn('ok'), ends([400, 501]))('TE: trailers beside chunked', 'RFC 9110 10.1.4', (site) =>
    wholeChunked(site, ['TE: trailers', 'Connection: TE']),
  ),
  anyOf(goesOn('ok'), ends([400, 501]))(
    'TE: chunked is not a Transfer-Encoding',
    'RFC 9110 10.1.4',
    (site) => wholeChunked(site, ['TE: chunked']),
  ),
];
