// One entry of a table: a request and what must come of it.
//
//   { name, rfc, bytes(site), outcomes: [{ answers: [statuses, …], closes }], bodiless, end }
//
// `rfc` is the section that demands the outcome. `answers` has, for each response in order, the statuses that are
// allowed: numbers, 'ok' (the site's valid request was understood: 200) or 'plain' (a request without a body, to
// a path that no listener has, was understood: 404). An outcome with `closes` demands that the connection ends
// after them; one without, that it goes on. Any one of the outcomes must hold.

export const lengthOf = (body) => `Content-Length: ${body.length}`;
export const chunkOf = (data, extension = '') =>
  `${data.length.toString(16)}${extension}\r\n${data}\r\n`;
export const lastChunk = '0\r\n\r\n';
export const chunkedLine = 'Transfer-Encoding: chunked';

/** A head for the site's valid request; `lines` are header lines. */
export function head(
  site,
  lines = [],
  {
    method = site.method,
    target = site.target,
    version = 'HTTP/1.1',
    host = 'Host: localhost',
  } = {},
) {
  const all = [`${method} ${target} ${version}`, host, site.type, ...lines].filter(
    (line) => line !== null,
  );
  return `${all.join('\r\n')}\r\n\r\n`;
}
/** The site's valid request with these lines beside its length. */
export const whole = (site, lines = [], options) =>
  head(site, [...lines, lengthOf(site.body)], options) + site.body;
/** The site's valid body, chunked. */
export const wholeChunked = (site, lines = [], options) =>
  head(site, [chunkedLine, ...lines], options) + chunkOf(site.body) + lastChunk;
/** A request without a body that is answered 404. */
export const plain = (
  lines = [],
  {
    method = 'GET',
    target = '/hostile-nothing',
    version = 'HTTP/1.1',
    host = 'Host: localhost',
  } = {},
) =>
  `${[`${method} ${target} ${version}`, host, ...lines].filter((line) => line !== null).join('\r\n')}\r\n\r\n`;
/** What an attacker hides in a body; answered 404 when a server takes it for a request of its own. */
export const smuggled = 'GET /hostile-smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';

export const goesOn = (...answers) => ({
  answers: answers.map((each) => [each].flat()),
  closes: false,
});
export const ends = (...answers) => ({
  answers: answers.map((each) => [each].flat()),
  closes: true,
});

const entry =
  (outcomes) =>
  (name, rfc, bytes, more = {}) => ({ name, rfc, bytes, outcomes, ...more });

/** The valid request, understood; the connection goes on. */
export const accepted = entry([goesOn('ok')]);
/** A request without a body, understood; the connection goes on. */
export const understood = entry([goesOn('plain')]);
/** 400, and the connection ends: nothing after it is a request. */
export const refused = entry([ends(400)]);
/** The same with other statuses. */
export const refusedAs = (...statuses) => entry([ends(statuses)]);
/** The standard leaves the choice: either understood, or 400 and closed. */
export const either = entry([goesOn('ok'), ends(400)]);
export const eitherPlain = entry([goesOn('plain'), ends(400)]);
/** Any of these outcomes. */
export const anyOf = (...outcomes) => entry(outcomes);
