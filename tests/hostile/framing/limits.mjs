// Sizes: targets, headers, many headers. The limit of a head is 16 KiB (`limits.header_bytes`).
import { anyOf, ends, goesOn, plain, refusedAs, understood, whole, accepted } from './entry.mjs';

const rfc = 'RFC 6585 5, RFC 9112 3';
const tooLarge = refusedAs(431);
const tooLong = refusedAs(414, 431);
const long = (count) => `/hostile-nothing${'a'.repeat(count)}`;

export const entries = [
  understood('a target of 8,000 bytes', rfc, () => plain([], { target: long(8000) })),
  understood('a query of 8,000 bytes', rfc, () =>
    plain([], { target: `/hostile-nothing?${'a'.repeat(8000)}` }),
  ),
  tooLong('a target of 20,000 bytes', 'RFC 9110 15.5.15', () =>
    plain([], { target: long(20_000) }),
  ),
  tooLong('a target of 100,000 bytes', 'RFC 9110 15.5.15', () =>
    plain([], { target: long(100_000) }),
  ),
  tooLong('a query of 100,000 bytes', 'RFC 9110 15.5.15', () =>
    plain([], { target: `/hostile-nothing?${'a'.repeat(100_000)}` }),
  ),
  understood('a header of 15,000 bytes', rfc, () => plain([`X-A: ${'b'.repeat(15_000)}`])),
  accepted('a body after a header of 15,000 bytes', rfc, (site) =>
    whole(site, [`X-A: ${'b'.repeat(15_000)}`]),
  ),
  tooLarge('a header of 17,000 bytes', rfc, () => plain([`X-A: ${'b'.repeat(17_000)}`])),
  tooLarge('a header of 200,000 bytes', rfc, () => plain([`X-A: ${'b'.repeat(200_000)}`])),
  refusedAs(400, 431)('a header name of 17,000 bytes', rfc, () =>
    plain([`X-${'b'.repeat(17_000)}: c`]),
  ),
  understood('500 headers', rfc, () => plain(Array.from({ length: 500 }, (_, i) => `X-${i}: b`))),
  tooLarge('2,000 headers', rfc, () => plain(Array.from({ length: 2000 }, (_, i) => `X-${i}: b`))),
  tooLarge('20,000 headers', rfc, () =>
    plain(Array.from({ length: 20_000 }, (_, i) => `X-${i}: b`)),
  ),
  tooLarge('a Host of 20,000 bytes', rfc, () => plain([], { host: `Host: ${'a'.repeat(20_000)}` })),
  anyOf(goesOn(['plain', 403, 421]), ends([400]))('a Host of 2,000 bytes', rfc, () =>
    plain([], { host: `Host: ${'a'.repeat(2000)}` }),
  ),
  tooLarge('an Authorization of 20,000 bytes', rfc, () =>
    plain([`Authorization: Basic ${'a'.repeat(20_000)}`]),
  ),
  tooLarge('a Cookie of 20,000 bytes', rfc, () => plain([`Cookie: ${'a=b; '.repeat(4000)}`])),
  understood('a Cookie of 10,000 bytes', rfc, () => plain([`Cookie: ${'a=b; '.repeat(2000)}`])),
];
