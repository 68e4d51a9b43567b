// Splits what a server sent into responses, strictly: bytes that are not a response are an error.

/** The first response in `text` (latin1), or null while it is not whole. Throws on what is not HTTP. */
function first(text, { bodiless, closed }) {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) {
    if (!'HTTP/1.'.startsWith(text.slice(0, 7)))
      throw new Error(`not a response: ${text.slice(0, 60)}`);
    return null;
  }
  const [line, ...lines] = text.slice(0, end).split('\r\n');
  const [, version, status] = /^HTTP\/(1\.[01]) (\d{3}) /.exec(line) ?? [];
  if (!status) throw new Error(`not a status line: ${line.slice(0, 60)}`);
  const headers = Object.fromEntries(
    lines.map((each) => {
      const colon = each.indexOf(':');
      return [each.slice(0, colon).toLowerCase(), each.slice(colon + 1).trim()];
    }),
  );
  const response = { version, status: Number(status), headers, body: '' };
  const interim = response.status < 200;
  if (interim || bodiless || [204, 304].includes(response.status))
    return { response, size: end + 4 };
  const rest = text.slice(end + 4);
  if (headers['transfer-encoding'] === 'chunked') return chunked(response, rest, end + 4);
  if (headers['content-length'] === undefined) {
    response.body = rest;
    return closed ? { response, size: text.length } : null;
  }
  const length = Number(headers['content-length']);
  response.body = rest.slice(0, length);
  return rest.length >= length ? { response, size: end + 4 + length } : null;
}

function chunked(response, rest, begin) {
  for (let at = 0; ;) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd < 0) return null;
    const size = parseInt(rest.slice(at, lineEnd), 16);
    at = lineEnd + 2 + size + 2;
    if (!(size >= 0)) throw new Error(`not a chunk: ${rest.slice(lineEnd - 20, lineEnd)}`);
    if (rest.length < at) return null;
    if (size === 0) return { response, size: begin + at };
    response.body += rest.slice(lineEnd + 2, at - 2);
  }
}

/** All whole responses; `interim` (1xx) apart; `rest` is what is not whole. */
export function split(text, options) {
  const found = { responses: [], interim: [], rest: text };
  while (found.rest !== '') {
    const next = first(found.rest, options);
    if (!next) break;
    (next.response.status < 200 ? found.interim : found.responses).push(next.response);
    found.rest = found.rest.slice(next.size);
  }
  return found;
}

/** Whether the connection ends after this response (RFC 9112, 9.3). */
export function saysClose({ version, headers }) {
  const options = (headers.connection ?? '').toLowerCase();
  return options.includes('close') || (version === '1.0' && !options.includes('keep-alive'));
}
