// Chunked bodies: sizes, extensions, ends, trailers.
import {
  accepted,
  anyOf,
  chunkOf,
  chunkedLine,
  either,
  ends,
  goesOn,
  head,
  lastChunk,
  refused,
  refusedAs,
  smuggled,
} from './entry.mjs';

const rfc = 'RFC 9112 7.1';
const extensions = 'RFC 9112 7.1.1';
const trailers = 'RFC 9112 7.1.2';
const hex = (body) => body.length.toString(16);
const raw = (name, make, kind = refused, section = rfc) =>
  kind(`chunks: ${name}`, section, (site) => head(site, [chunkedLine]) + make(site.body));
/** The valid body under another spelling of its size. */
const size = (name, spell, kind = refused) =>
  raw(`size ${name}`, (body) => `${spell(hex(body))}\r\n${body}\r\n${lastChunk}`, kind);
const extended = (name, extension, kind = accepted) =>
  raw(`extension ${name}`, (body) => chunkOf(body, extension) + lastChunk, kind, extensions);
const trailed = (name, lines, kind = accepted) =>
  raw(`trailer ${name}`, (body) => `${chunkOf(body)}0\r\n${lines}\r\n`, kind, trailers);
const many = (body, piece) =>
  Array.from({ length: Math.ceil(body.length / piece) }, (_, i) =>
    chunkOf(body.slice(i * piece, (i + 1) * piece)),
  ).join('');

export const entries = [
  raw('one', (body) => chunkOf(body) + lastChunk, accepted),
  raw('of one byte each', (body) => many(body, 1) + lastChunk, accepted),
  raw('of seven bytes each', (body) => many(body, 7) + lastChunk, accepted),
  size('in upper case', (n) => n.toUpperCase(), accepted),
  size('with a leading zero', (n) => `0${n}`, accepted),
  size('with ten leading zeros', (n) => `${'0'.repeat(10)}${n}`, either),
  size('with a hundred leading zeros', (n) => `${'0'.repeat(100)}${n}`, either),
  size('with 0x', (n) => `0x${n}`),
  size('with 0X', (n) => `0X${n}`),
  size('with x', (n) => `x${n}`),
  size('with a plus sign', (n) => `+${n}`),
  size('with a minus sign', (n) => `-${n}`),
  size('with a leading blank', (n) => ` ${n}`),
  size('with a leading tab', (n) => `\t${n}`),
  size('with a trailing blank', (n) => `${n} `, either),
  size('with a trailing tab', (n) => `${n}\t`, either),
  size('with an h', (n) => `${n}h`),
  size('with a letter after it', (n) => `${n}g`),
  size('empty', () => ''),
  size('a word', () => 'zz'),
  size('only a semicolon', () => ';'),
  size('in quotes', (n) => `"${n}"`),
  size('with an underscore', (n) => `0_${n}`),
  size('with a point', (n) => `${n}.0`),
  size('with a comma', (n) => `${n},${n}`),
  size('with a NUL', (n) => `${n}\0`),
  size('after a NUL', (n) => `\0${n}`),
  size('after a vertical tab', (n) => `\v${n}`),
  size('after a no-break space', (n) => `\xa0${n}`),
  size('with a letter of fullwidth', () => '\xef\xbc\x91'),
  size('-1', () => '-1'),
  size('-0', () => '-0'),
  size('2^31', () => '80000000', refusedAs(400, 413)),
  size('2^32', () => '100000000', refusedAs(400, 413)),
  size('2^63', () => '8000000000000000', refusedAs(400, 413)),
  size('2^64 - 1', () => 'ffffffffffffffff', refusedAs(400, 413)),
  size('2^64', () => '10000000000000000', refusedAs(400, 413)),
  size('2^64 and its own', (n) => `1${n.padStart(16, '0')}`, refusedAs(400, 413)),
  size('of a hundred f', () => 'f'.repeat(100), refusedAs(400, 413)),
  size('of four thousand f', () => 'f'.repeat(4000), refusedAs(400, 413, 431)),
  size('of twenty thousand zeros', (n) => `${'0'.repeat(20_000)}${n}`, refusedAs(400, 413, 431)),
  size('above the limit of a body', () => '2000000', refusedAs(413, 400)),
  raw('size line ended by a bare LF', (body) => `${hex(body)}\n${body}\r\n${lastChunk}`),
  raw('size line ended by a bare CR', (body) => `${hex(body)}\r${body}\r\n${lastChunk}`),
  raw('size line ended by CR CR LF', (body) => `${hex(body)}\r\r\n${body}\r\n${lastChunk}`),
  raw('data ended by a bare LF', (body) => `${hex(body)}\r\n${body}\n${lastChunk}`),
  raw('data ended by a bare CR', (body) => `${hex(body)}\r\n${body}\r${lastChunk}`),
  raw('data without an end', (body) => `${hex(body)}\r\n${body}${lastChunk}`),
  raw('data ended by blanks', (body) => `${hex(body)}\r\n${body}  ${lastChunk}`),
  raw('data ended by LF CR', (body) => `${hex(body)}\r\n${body}\n\r${lastChunk}`),
  raw(
    'data longer than its size',
    (body) => `${(body.length - 1).toString(16)}\r\n${body}\r\n${lastChunk}`,
  ),
  raw('an empty line before the first size', (body) => `\r\n${chunkOf(body)}${lastChunk}`),
  raw('an empty line between', (body) => `${chunkOf(body)}\r\n${lastChunk}`),
  raw('the last one ended by a bare LF', (body) => `${chunkOf(body)}0\n\n`),
  raw('the last one ended by a bare CR', (body) => `${chunkOf(body)}0\r\r\n`),
  raw('the last one of many zeros', (body) => `${chunkOf(body)}0000\r\n\r\n`, accepted),
  raw('the last one is -0', (body) => `${chunkOf(body)}-0\r\n\r\n`),
  raw('the last one is 0x0', (body) => `${chunkOf(body)}0x0\r\n\r\n`),
  raw(
    'the end and a hidden request',
    (body) => `${chunkOf(body)}${lastChunk}${smuggled}`,
    anyOf(goesOn('ok', 'plain')),
  ),
  raw('a size that hides a request', () => `0x${hex(smuggled)}\r\n${smuggled}\r\n${lastChunk}`),
  raw('nothing but the last one', () => lastChunk, anyOf(goesOn([200, 400]), ends([400]))),
  extended('of a name', ';a'),
  extended('with a value', ';a=b'),
  extended('with a quoted value', ';a="b c"'),
  extended('several', ';a;b=c;d="e"'),
  extended('with blanks (bad whitespace)', ' ; a = b', either),
  extended('of 1,000 bytes', `;a=${'b'.repeat(1000)}`),
  extended('of 20,000 bytes', `;a=${'b'.repeat(20_000)}`, refusedAs(400, 413, 431)),
  extended('of 100,000 bytes', `;a=${'b'.repeat(100_000)}`, refusedAs(400, 413, 431)),
  raw(
    'extension with an open quote',
    (body) => `${chunkOf(body, ';a="b')}${lastChunk}"\r\n\r\n`,
    anyOf(ends(400), ends('ok', 400)),
    extensions,
  ),
  extended('without a name', ';', either),
  extended('with only a value', ';=b', either),
  extended('with a NUL', ';a=\0', refused),
  extended('with a bare LF', ';a\nb', refused),
  extended('with a bare CR', ';a\rb', refused),
  extended('with a control character', ';a=\x01', either),
  extended('with byte ff', ';a=\xff', either),
  extended('with a quoted line end', ';a="\r\n"', refused),
  extended('that hides a request behind a bare LF', `;\n${smuggled}`, refused),
  trailed('none', ''),
  trailed('one', 'X-Sum: 1\r\n'),
  trailed('several', 'X-Sum: 1\r\nX-Other: 2\r\n'),
  trailed('with a Content-Length', 'Content-Length: 5\r\n', either),
  trailed('with a Transfer-Encoding', 'Transfer-Encoding: gzip\r\n', either),
  trailed('with a Host', 'Host: other\r\n', either),
  trailed('with an Authorization', 'Authorization: Basic eDp4\r\n', either),
  trailed('without a colon', 'X-Sum\r\n', refused),
  trailed('folded', 'X-Sum: 1\r\n 2\r\n', either),
  trailed('with a blank before the colon', 'X-Sum : 1\r\n', refused),
  trailed('with a NUL', 'X-Sum: \0\r\n', refused),
  trailed('with a bare LF', 'X-Sum: 1\nX-B: 2\r\n', refused),
  trailed('with a bare CR', 'X-Sum: 1\rX-B: 2\r\n', refused),
  // Beside 16 KiB, 64 KiB is where libraries have limits of their own.
  ...[17_000, 60_000, 65_530, 65_536, 66_000, 70_000, 79_000].map((count) =>
    trailed(`of ${count} bytes`, `X-Sum: ${'1'.repeat(count)}\r\n`, refusedAs(400, 413, 431)),
  ),
  ...[17_000, 65_536, 70_000, 79_000].map((count) =>
    trailed(`name of ${count} bytes`, `${'X'.repeat(count)}: 1\r\n`, refusedAs(400, 413, 431)),
  ),
  trailed('of 100,000 bytes', `X-Sum: ${'1'.repeat(100_000)}\r\n`, refusedAs(400, 413, 431)),
  trailed('of 10,000 lines', 'X-Sum: 1\r\n'.repeat(10_000), refusedAs(400, 413, 431)),
];
