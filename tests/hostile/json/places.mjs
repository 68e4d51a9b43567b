// Every place where JSON comes in. A place puts a document into a request and says what the answer means:
//
//   { name, site, request(document, nth), refused(answer), reason(answer) }
//
// `embedded` places put the document into a valid message; `lines` ones into a line, where a line break ends it.
// Where `isIngested` a record is kept without what is not a number in it.
// Where `nullIsAbsent` a null says that there is no value, which the message needs.
import { alert, page } from '../../system/support/bellwether.mjs';
import { isNotANumber } from './documents.mjs';

const marker = '"@@@"';
const basic = `Authorization: Basic ${Buffer.from('secret:').toString('base64')}`;

/** The message as JSON with the document where the marker "@@@" stands. */
function embed(message, document) {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  const at = text.indexOf(marker);
  return Buffer.concat([
    Buffer.from(text.slice(0, at)),
    document,
    Buffer.from(text.slice(at + marker.length)),
  ]);
}
function post(path, body, lines = [], type = 'application/json') {
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    `Content-Type: ${type}`,
    `Content-Length: ${body.length}`,
    'Connection: close',
    ...lines,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}
const percent = (bytes) =>
  Buffer.from([...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));

/** Refusals by status; the publisher's older form is 200 with `"status":0` or 0 records. */
const byStatus = ({ status }) => status >= 400;
const byFlag = ({ status, body }) => status >= 400 || body.includes('"status":0') || body === '0';
const byRecords = ({ status, body }) => status >= 400 || /"num_records_imported":\s*0/.test(body);
const reason = ({ body }) => body;

// Names by which is asked afterwards whether something was kept that must not be.
const eventName = ({ kind }) => (kind === 'n' ? 'Refused' : 'Accepted');
const ingestedName = (document) => (isNotANumber(document) ? 'Accepted' : eventName(document));
const event = (document, nth, more) => ({
  event: ingestedName(document),
  properties: {
    time: 1767323045,
    distinct_id: `someone-${nth}`,
    $insert_id: `json-${nth}`,
    ...more,
    p: '@@@',
  },
});
const update = (document, nth) => ({
  $token: 'token',
  $distinct_id: `${ingestedName(document)}-${nth}`,
  $set: { [ingestedName(document)]: true, p: '@@@' },
});

const subscriber = [
  { name: 'alert, whole', path: '/mixpanel/alerts', body: ({ bytes }) => bytes },
  {
    name: 'alert, property',
    embedded: true,
    path: '/mixpanel/alerts',
    body: (document, nth) =>
      embed({ ...alert(9000 + nth), name: eventName(document), extra: '@@@' }, document.bytes),
  },
  {
    name: 'alert, property of the alert',
    embedded: true,
    path: '/mixpanel/alerts',
    body: (document, nth) =>
      embed(alert(100_000 + nth, undefined, { extra: '@@@' }), document.bytes),
  },
  { name: 'cohort sync, whole', path: '/mixpanel/cohort-sync', body: ({ bytes }) => bytes },
  {
    name: 'cohort sync, member property',
    embedded: true,
    path: '/mixpanel/cohort-sync',
    body: (document, nth) =>
      embed(
        page('members', `json-${nth}`, {
          cohort: `${eventName(document)}-${nth}`,
          ids: [{ mixpanel_distinct_id: 'x', p: '@@@' }],
        }),
        document.bytes,
      ),
  },
  {
    name: 'cohort sync, unknown parameter',
    embedded: true,
    path: '/mixpanel/cohort-sync',
    body: (document, nth) => {
      const message = page('members', `parameter-${nth}`, {
        cohort: `${eventName(document)}-parameter-${nth}`,
        ids: ['x'],
      });
      return embed(
        { ...message, parameters: { ...message.parameters, extra: '@@@' } },
        document.bytes,
      );
    },
  },
];
const collector = [
  { name: '/track, whole', path: '/track?verbose=1', refused: byFlag, body: ({ bytes }) => bytes },
  {
    name: '/track, property',
    embedded: true,
    isIngested: true,
    path: '/track?verbose=1',
    refused: byFlag,
    body: (document, nth) => embed([event(document, nth, { token: 'token' })], document.bytes),
  },
  {
    name: '/track, form',
    embedded: true,
    isIngested: true,
    path: '/track?verbose=1',
    refused: byFlag,
    type: 'application/x-www-form-urlencoded',
    body: (document, nth) =>
      Buffer.concat([
        Buffer.from('verbose=1&data='),
        percent(embed([event(document, nth, { token: 'token' })], document.bytes)),
      ]),
  },
  {
    name: '/track, form in base64',
    embedded: true,
    isIngested: true,
    path: '/track?verbose=1',
    refused: byFlag,
    type: 'application/x-www-form-urlencoded',
    body: (document, nth) =>
      Buffer.from(
        `verbose=1&data=${encodeURIComponent(embed([event(document, nth, { token: 'token' })], document.bytes).toString('base64'))}`,
      ),
  },
  {
    name: '/import, whole',
    path: '/import?strict=1&project_id=8',
    refused: byRecords,
    lines: [basic],
    body: ({ bytes }) => bytes,
  },
  {
    name: '/import, property',
    embedded: true,
    isIngested: true,
    path: '/import?strict=1&project_id=8',
    refused: byRecords,
    lines: [basic],
    body: (document, nth) => embed([event(document, nth)], document.bytes),
  },
  {
    name: '/import, whole line',
    isLine: true,
    path: '/import?strict=1&project_id=8',
    refused: byStatus,
    lines: [basic],
    type: 'application/x-ndjson',
    body: ({ bytes }, nth) => between(bytes, nth),
  },
  {
    name: '/import, property in a line',
    embedded: true,
    isIngested: true,
    isLine: true,
    path: '/import?strict=1&project_id=8',
    refused: byStatus,
    lines: [basic],
    type: 'application/x-ndjson',
    body: (document, nth) => between(embed(event(document, nth), document.bytes), nth),
  },
  {
    name: '/engage, whole',
    path: '/engage?verbose=1',
    refused: byFlag,
    body: ({ bytes }) => bytes,
  },
  {
    name: '/engage, property',
    embedded: true,
    isIngested: true,
    path: '/engage?verbose=1',
    refused: byFlag,
    body: (document, nth) => embed([update(document, nth)], document.bytes),
  },
  {
    name: '/groups, whole',
    path: '/groups?verbose=1',
    refused: byFlag,
    body: ({ bytes }) => bytes,
  },
  {
    name: '/groups, property',
    embedded: true,
    isIngested: true,
    path: '/groups?verbose=1',
    refused: byFlag,
    mayBeAbsent: true,
    body: (document, nth) =>
      embed(
        [
          {
            $token: 'token',
            $group_key: 'company',
            $group_id: `${ingestedName(document)}-${nth}`,
            $set: { p: '@@@' },
          },
        ],
        document.bytes,
      ),
  },
];
const api = [
  { name: 'apply, whole', path: '/v1/apply?dry_run=1', body: ({ bytes }) => bytes },
  {
    name: 'apply, value',
    embedded: true,
    path: '/v1/apply?dry_run=1',
    body: ({ bytes }) => embed({ projects: [{ id: '8', name: '@@@' }] }, bytes),
  },
  {
    name: 'report, definition',
    embedded: true,
    nullIsAbsent: true,
    path: '/v1/reports/run',
    body: ({ bytes }) => embed({ project_id: '8', definition: '@@@' }, bytes),
  },
  {
    name: 'cohort, definition',
    embedded: true,
    nullIsAbsent: true,
    path: '/v1/cohorts/preview',
    body: ({ bytes }) => embed({ project_id: '8', definition: '@@@' }, bytes),
  },
  { name: 'cohort, whole', path: '/v1/cohorts', body: ({ bytes }) => bytes },
  {
    name: 'alert, value',
    embedded: true,
    path: '/v1/alerts/test',
    body: ({ bytes }) => embed({ project_id: '8', condition: '@@@' }, bytes),
  },
];

/** Two good lines, and one between them. */
function between(line, nth) {
  const good = (end) =>
    JSON.stringify({
      event: 'Around',
      properties: { time: 1767323045, distinct_id: 'around', $insert_id: `${end}-${nth}` },
    });
  return Buffer.concat([
    Buffer.from(`${good('before')}\n`),
    line,
    Buffer.from(`\n${good('after')}\n`),
  ]);
}

const groups = [
  ['subscriber public', subscriber],
  ['publisher public', collector],
  ['publisher private', api],
];

export const places = groups.flatMap(([site, list]) =>
  list.map(({ path, body, lines, type, ...rest }) => ({
    refused: byStatus,
    reason,
    site,
    ...rest,
    request: (document, nth) => post(path, body(document, nth), lines, type),
  })),
);
