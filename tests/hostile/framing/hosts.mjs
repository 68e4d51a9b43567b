// The Host header. On private listeners a valid host that is not the listener's own is 403 or 421.
import { anyOf, ends, goesOn, plain, refused, understood } from './entry.mjs';

const rfc = 'RFC 9112 3.2, RFC 9110 7.2';
const host = (value, kind) =>
  kind(`Host ${JSON.stringify(value)}`, rfc, () => plain([], { host: `Host:${value}` }));
/** A valid host of somebody else: understood, or refused as not ours. */
const foreign = anyOf(goesOn(['plain', 403, 421]), ends(['plain', 403, 421]));
const foreignOrBad = anyOf(goesOn(['plain', 403, 421]), ends(['plain', 400, 403, 421]));

export const entries = [
  host(' localhost', understood),
  host('localhost', understood),
  host(' \tlocalhost\t ', understood),
  host(' 127.0.0.1', understood),
  host(' LOCALHOST', anyOf(goesOn(['plain', 403, 421]))),
  host(' localhost:80', foreign),
  host(' localhost:', foreign),
  host(' 127.0.0.1:65535', foreign),
  host(' [::1]', foreign),
  host(' [::1]:8080', foreign),
  host(' example.com', foreign),
  host(' example.com.', foreign),
  host(' xn--bcher-kva.example:443', foreign),
  host(' a%2db.example', foreign),
  host(' a_b.example', foreign),
  host('', foreignOrBad),
  host(' [::1', refused),
  host(' ::1]', refused),
  host(' [::1]x', refused),
  host(' [gggg]', foreignOrBad),
  host(' a b', refused),
  host(' a\tb', refused),
  host(' a/b', refused),
  host(' http://localhost', refused),
  host(' a@b', refused),
  host(' user:pass@localhost', refused),
  host(' a,b', foreignOrBad),
  host(' localhost, localhost', refused),
  host(' localhost:80:80', refused),
  host(' localhost:x', refused),
  host(' localhost:-1', refused),
  host(' localhost:+80', refused),
  host(' localhost:99999999999', foreignOrBad),
  host(' a?b', refused),
  host(' a#b', refused),
  host(' a\\b', refused),
  host(' <a>', refused),
  host(' "a"', refused),
  host(' {a}', refused),
  host(' a|b', refused),
  host(' a^b', refused),
  host(' a\0b', refused),
  host(' a\x7fb', refused),
  host(' \xe4', refused),
  host(' a\r\n b', refused),
  refused('no Host in HTTP/1.1', rfc, () => plain([], { host: null })),
  refused('no Host, but X-Forwarded-Host', rfc, () =>
    plain(['X-Forwarded-Host: localhost'], { host: null }),
  ),
  refused('two Hosts', rfc, () => plain(['Host: other'])),
  refused('two equal Hosts', rfc, () => plain(['Host: localhost'])),
  refused('two Hosts in two cases', rfc, () => plain(['host: localhost'])),
  refused('two Hosts, apart', rfc, () => plain(['X-A: b', 'Host: localhost'])),
  refused('three Hosts', rfc, () => plain(['Host: localhost', 'Host: localhost'])),
  refused('two Hosts, the second empty', rfc, () => plain(['Host:'])),
  refused('two Hosts in HTTP/1.0', rfc, () => plain(['Host: other'], { version: 'HTTP/1.0' })),
  anyOf(ends(['plain', 403, 421]))('no Host in HTTP/1.0', rfc, () =>
    plain([], { version: 'HTTP/1.0', host: null }),
  ),
];
