// Requests are strings in which each character is one byte (latin1), so that tables can be read.

export const bytesOf = (text) => (typeof text === 'string' ? Buffer.from(text, 'latin1') : text);

const named = { 9: '\\t', 10: '\\n', 13: '\\r', 37: '%%', 39: "'\\''", 92: '\\\\' };
const longest = 4000;

/** A shell command that sends exactly these bytes; of very long ones the first and a remark. */
export function reproduce(port, bytes) {
  const all = bytesOf(bytes);
  let text = '';
  for (const byte of all.subarray(0, longest)) {
    const plain = byte >= 32 && byte < 127 ? String.fromCharCode(byte) : undefined;
    text += named[byte] ?? plain ?? `\\${byte.toString(8).padStart(3, '0')}`;
  }
  const rest = all.length > longest ? `   # and ${all.length - longest} bytes more` : '';
  return `printf '${text}' | nc 127.0.0.1 ${port}${rest}`;
}
