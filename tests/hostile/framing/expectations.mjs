// Expect.
import {
  accepted,
  anyOf,
  ends,
  goesOn,
  head,
  lengthOf,
  plain,
  refusedAs,
  whole,
  wholeChunked,
} from './entry.mjs';

const rfc = 'RFC 9110 10.1.1';
const failed = refusedAs(400, 417);
const either = anyOf(goesOn('ok'), ends([400, 417]));

export const entries = [
  accepted('Expect: 100-continue', rfc, (site) => whole(site, ['Expect: 100-continue'])),
  accepted('Expect: 100-Continue', rfc, (site) => whole(site, ['Expect: 100-Continue'])),
  accepted('EXPECT: 100-CONTINUE', rfc, (site) => whole(site, ['EXPECT: 100-CONTINUE'])),
  accepted('Expect with a chunked body', rfc, (site) =>
    wholeChunked(site, ['Expect: 100-continue']),
  ),
  failed('Expect: something else', rfc, (site) => whole(site, ['Expect: 200-ok'])),
  failed('Expect: 100-continued', rfc, (site) => whole(site, ['Expect: 100-continued'])),
  failed('Expect: 100', rfc, (site) => whole(site, ['Expect: 100'])),
  failed('Expect with a parameter', rfc, (site) => whole(site, ['Expect: 100-continue=1'])),
  failed('Expect: in quotes', rfc, (site) => whole(site, ['Expect: "100-continue"'])),
  either('Expect: a list', rfc, (site) => whole(site, ['Expect: 100-continue, 100-continue'])),
  failed('Expect: a list with another', rfc, (site) => whole(site, ['Expect: 100-continue, x'])),
  failed('Expect: two lines, one of them another', rfc, (site) =>
    whole(site, ['Expect: 100-continue', 'Expect: x']),
  ),
  either('Expect: two equal lines', rfc, (site) =>
    whole(site, ['Expect: 100-continue', 'Expect: 100-continue']),
  ),
  either('Expect: empty', rfc, (site) => whole(site, ['Expect:'])),
  anyOf(goesOn('plain'), ends([400, 417]))('Expect without a body', rfc, () =>
    plain(['Expect: 100-continue']),
  ),
  anyOf(ends('ok'))('Expect in HTTP/1.0 is ignored', rfc, (site) =>
    whole(site, ['Expect: 100-continue'], { version: 'HTTP/1.0' }),
  ),
  anyOf(ends('ok'))('another Expect in HTTP/1.0 is ignored', rfc, (site) =>
    whole(site, ['Expect: x'], { version: 'HTTP/1.0' }),
  ),
  refusedAs(413, 400)('Expect with a body above the limit', rfc, (site) =>
    head(site, ['Expect: 100-continue', 'Content-Length: 99999999']),
  ),
  refusedAs(404)(
    'Expect at a path that is not there',
    rfc,
    (site) =>
      `POST /hostile-nothing HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n${lengthOf(site.body)}\r\n\r\n`,
  ),
];
