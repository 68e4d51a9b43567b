// JSON documents by what RFC 8259 says of them:
//   y  a parser must take it
//   n  a parser must refuse it
//   i  a parser may do either (numbers beyond a double, lone surrogates, invalid UTF-8, depth, a byte order mark)
// Each is { name, kind, bytes }, where the bytes are one document. `checkKinds` proves the kinds with a second parser.
import { literals } from './literals.mjs';
import { numbers } from './numbers.mjs';
import { strings } from './strings.mjs';
import { structures } from './structures.mjs';

export const documents = [...numbers, ...strings, ...structures, ...literals].map(
  ([kind, name, bytes]) => ({
    kind,
    name,
    bytes: Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes),
  }),
);

/** A list of NaN or an infinity, which programs write for numbers: the ingestion keeps such a property without it. */
export const isNotANumber = ({ bytes }) => /^\[[+-]?(nan|inf|infinity)\]$/i.test(bytes.toString());

/** What node's parser thinks of a document: true when it takes it. */
export function isJson(bytes) {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}

/** Documents whose kind the second parser contradicts. */
export const misjudged = () =>
  documents
    .filter(
      ({ kind, bytes }) => (kind === 'y' && !isJson(bytes)) || (kind === 'n' && isJson(bytes)),
    )
    .map(({ name }) => name);

const openings = [
  '{',
  '[',
  '"',
  ':',
  ',',
  '}',
  ']',
  '\\',
  '\\u',
  'e',
  '-',
  '.',
  '\0',
  '\n',
  '\xff',
  '\xc0',
  'null',
  '1e999',
  '\u2028',
  '\ud800',
];

/** A document with random changes; its kind by the second parser: what it takes may still be refused. */
export function mutatedDocument(random) {
  let { bytes, name } = random.pick(documents);
  bytes = bytes.subarray(0, 5000);
  for (let i = random.below(3); i >= 0; --i) {
    const at = random.below(bytes.length + 1);
    const end = at + random.below(8);
    const put = random.pick([
      Buffer.alloc(0),
      Buffer.from(random.pick(openings), 'latin1'),
      Buffer.from([random.below(256)]),
      random.pick(documents).bytes.subarray(0, 200),
    ]);
    bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(end)]);
  }
  return { name: `changed ${name}`, kind: isJson(bytes) ? 'i' : 'n', bytes };
}
