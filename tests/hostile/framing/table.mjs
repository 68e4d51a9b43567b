// All framing entries, and a random change of one.
import { entries as chunks } from './chunks.mjs';
import { entries as codings } from './content_codings.mjs';
import { entries as lengths } from './content_length.mjs';
import { entries as early } from './ends.mjs';
import { entries as expectations } from './expectations.mjs';
import { entries as fields } from './fields.mjs';
import { entries as hosts } from './hosts.mjs';
import { entries as limits } from './limits.mjs';
import { entries as pipelining } from './pipelining.mjs';
import { entries as requestLines } from './request_lines.mjs';
import { entries as smuggling } from './smuggling.mjs';
import { entries as transfer } from './transfer_encoding.mjs';

export const entries = [
  ...requestLines,
  ...fields,
  ...hosts,
  ...lengths,
  ...transfer,
  ...smuggling,
  ...chunks,
  ...limits,
  ...pipelining,
  ...expectations,
  ...codings,
  ...early,
];

const dangerous = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '0',
  'f',
  '-',
  '\xff',
  '\r\n\r\n',
  '0\r\n\r\n',
  'chunked',
  'Content-Length: 1\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Host: a\r\n',
  'Expect: 100-continue\r\n',
  'Content-Encoding: gzip\r\n',
];

/** The request with one to four random changes. What must come of it is open: only that the server goes on. */
export function mutated(bytes, random) {
  let text = bytes.length > 40_000 ? bytes.slice(0, 40_000) : bytes;
  for (let i = random.below(4); i >= 0; --i) {
    const at = random.below(text.length + 1);
    const end = at + random.below(random.pick([2, 8, 64]));
    const put = random.pick([
      '',
      random.pick(dangerous),
      text.slice(at, end).repeat(2),
      String.fromCharCode(random.below(256)),
    ]);
    text = text.slice(0, at) + put + text.slice(end);
  }
  return text;
}
