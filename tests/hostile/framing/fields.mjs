// Header lines: names, values, folding, line ends.
import { accepted, either, eitherPlain, plain, refused, understood, whole } from './entry.mjs';

const value = 'RFC 9110 5.5';
const name = 'RFC 9110 5.6.2';
const hexOf = (code) => `0x${code.toString(16).padStart(2, '0')}`;
const codes = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const char = (code) => String.fromCharCode(code);
const controls = [...codes(0, 8), 0x0b, 0x0c, ...codes(0x0e, 0x1f), 0x7f];
const line = (title, rfc, text, kind) => kind(`header ${title}`, rfc, () => plain([text]));

export const entries = [
  understood('a request without a body', 'RFC 9112 3', () => plain()),
  accepted('a request with a body', 'RFC 9112 3', (site) => whole(site)),
  ...controls.map((code) =>
    line(`value with ${hexOf(code)}`, value, `X-A: b${char(code)}c`, refused),
  ),
  ...[0x00, 0x0b, 0x0c, 0x1f, 0x7f].map((code) =>
    line(`value that begins with ${hexOf(code)}`, value, `X-A:${char(code)}c`, refused),
  ),
  ...[0x00, 0x0b, 0x0c, 0x1f, 0x7f].map((code) =>
    line(`value that ends with ${hexOf(code)}`, value, `X-A: c${char(code)}`, refused),
  ),
  ...[...codes(0, 8), 0x0b, 0x0c, 0x0e, 0x1f, 0x7f, 0x80, 0xa0, 0xff].map((code) =>
    line(`name with ${hexOf(code)}`, name, `X${char(code)}A: b`, refused),
  ),
  ...[...'"(),/;<=>?@[\\]{}'].map((each) =>
    line(`name with ${each}`, name, `X${each}A: b`, refused),
  ),
  ...[..."!#$%&'*+.^_`|~"].map((each) =>
    line(`name with ${each}`, name, `X${each}A: b`, understood),
  ),
  ...[0x80, 0xa0, 0xe4, 0xff].map((code) =>
    line(`value with obs-text ${hexOf(code)}`, value, `X-A: b${char(code)}c`, eitherPlain),
  ),
  line('value in UTF-8', value, 'X-A: \xc3\xa4\xe2\x82\xac', eitherPlain),
  line('value empty', value, 'X-A:', understood),
  line('value of blanks', value, 'X-A:   \t ', understood),
  line('value with a tab inside', value, 'X-A: b\tc', understood),
  line('value with colons', value, 'X-A: b:c:d', understood),
  line('without a colon', 'RFC 9112 5', 'X-A', refused),
  line('with only a colon', 'RFC 9112 5', ':', refused),
  line('without a name', 'RFC 9112 5', ': b', refused),
  line('with a blank before the colon', 'RFC 9112 5.1', 'X-A : b', refused),
  line('with a tab before the colon', 'RFC 9112 5.1', 'X-A\t: b', refused),
  line('with a blank inside the name', 'RFC 9112 5.1', 'X A: b', refused),
  line('folded with a blank', 'RFC 9112 5.2', 'X-A: b\r\n c', refused),
  line('folded with a tab', 'RFC 9112 5.2', 'X-A: b\r\n\tc', refused),
  line('folded to nothing', 'RFC 9112 5.2', 'X-A: b\r\n ', refused),
  line('folded twice', 'RFC 9112 5.2', 'X-A: b\r\n c\r\n d', refused),
  line('folded right after the name', 'RFC 9112 5.2', 'X-A:\r\n b', refused),
  line('that hides a header in a fold', 'RFC 9112 5.2', 'X-A: b\r\n Content-Length: 5', refused),
  refused(
    'a blank before the first header',
    'RFC 9112 2.2',
    () => 'GET /hostile-nothing HTTP/1.1\r\n Host: localhost\r\n\r\n',
  ),
  refused(
    'a line of blanks before the first header',
    'RFC 9112 2.2',
    () => 'GET /hostile-nothing HTTP/1.1\r\n \r\nHost: localhost\r\n\r\n',
  ),
  line('ended by a bare LF', 'RFC 9112 2.2', 'X-A: b\nX-C: d', refused),
  line('ended by a bare CR', 'RFC 9112 2.2', 'X-A: b\rX-C: d', refused),
  line('ended by CR CR LF', 'RFC 9112 2.2', 'X-A: b\r\r\nX-C: d', refused),
  line('ended by LF CR', 'RFC 9112 2.2', 'X-A: b\n\rX-C: d', refused),
  refused('all lines ended by bare LF', 'RFC 9112 2.2', () => plain().replaceAll('\r\n', '\n')),
  refused(
    'all lines ended by bare CR',
    'RFC 9112 2.2',
    () => plain().replaceAll('\r\n', '\r') + '\r\n\r\n',
  ),
  refused('the head ended by LF LF', 'RFC 9112 2.2', () => `${plain().slice(0, -4)}\n\n`),
  refused('the head ended by CR LF LF', 'RFC 9112 2.2', () => `${plain().slice(0, -4)}\r\n\n`),
  refused('the head ended by LF CR LF', 'RFC 9112 2.2', () => `${plain().slice(0, -4)}\n\r\n`),
  refused('a request line ended by a bare LF', 'RFC 9112 2.2', () => plain().replace('\r\n', '\n')),
  line('Connection: with nonsense', 'RFC 9110 7.6.1', 'Connection: \t,, ,x', eitherPlain),
  line('Connection: keep-alive', 'RFC 9112 9.3', 'Connection: keep-alive', understood),
  line(
    'Upgrade that is not served',
    'RFC 9110 7.8',
    'Upgrade: websocket\r\nConnection: Upgrade',
    understood,
  ),
  line(
    'Upgrade: h2c',
    'RFC 9110 7.8',
    'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nConnection: Upgrade, HTTP2-Settings',
    understood,
  ),
  either('the same header a hundred times', 'RFC 9110 5.3', (site) =>
    whole(
      site,
      Array.from({ length: 100 }, () => 'X-A: b'),
    ),
  ),
];
