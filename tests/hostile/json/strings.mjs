// Strings and their encodings (RFC 8259, sections 7 and 8).
const text = (kind) => (name, content) => [kind, `string ${name}`, `["${content}"]`];
const [y, n, i] = ['y', 'n', 'i'].map(text);
const raw = (kind, name, ...bytes) => [kind, `string ${name}`, Buffer.concat([Buffer.from('["'), Buffer.from(bytes), Buffer.from('"]')])];
const hex = (code) => code.toString(16).padStart(2, '0');
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

/** UTF-16 and UTF-32 of a small document, with and without a byte order mark. */
const wide = (name, bytes) => ['i', `document in ${name}`, Buffer.from(bytes)];
const utf16 = (document, big, mark) => {
  const bytes = Buffer.from((mark ? '\ufeff' : '') + document, 'utf16le');
  return big ? bytes.swap16() : bytes;
};

export const strings = [
  y('empty', ''), y('plain', 'asd'), y('with escapes', '\\"\\\\\\/\\b\\f\\n\\r\\t'), y('with a NUL escape', '\\u0000'), y('with a unit separator escape', '\\u001f'), y('with a DEL', '\x7f'),
  y('with an escaped quote', '\\u0022'), y('with an escaped backslash', '\\u005C'), y('with a surrogate pair escape', '\\ud83d\\ude00'), y('with an upper case pair', '\\uD834\\uDD1E'),
  y('with two pairs', '\\ud83d\\ude00\\ud83d\\ude39'), y('with the last pair', '\\uDBFF\\uDFFF'), y('with a noncharacter escape', '\\uFFFF'), y('with noncharacter FDD0', '\\uFDD0'), y('with noncharacter 10FFFE', '\\uDBFF\\uDFFE'),
  y('with U+2028', '\u2028'), y('with U+2029', '\u2029'), y('with two byte UTF-8', 'ä'), y('with three byte UTF-8', '€'), y('with four byte UTF-8', '😀'), y('with U+FFFF raw', '\uffff'), y('with U+10FFFF raw', '\u{10ffff}'),
  y('with a byte order mark inside', '\ufeff'), y('with a no-break space', '\u00a0'), y('with a right-to-left override', '\u202e'), y('with U+200B escape', '\\u200B'), y('with comments', 'a/*b*/c/*d//e'),
  y('that looks like JSON', '{\\"a\\":[1]}'), y('of escape letters', '\\\\u0041\\\\n'), y('of 60,000 bytes', 'x'.repeat(60_000)), y('of ten thousand escapes', '\\u0041'.repeat(10_000)), y('with mixed case hex', '\\u00aF'),
  y('with C1 controls', '\u0085\u009b'), y('of combining marks', 'e\u0301\u0301\u0301'),
  i('with a lone high surrogate', '\\ud800'), i('with a lone low surrogate', '\\udc00'), i('with a high surrogate and text', '\\ud800abc'), i('with two high surrogates', '\\ud800\\ud800'), i('with a swapped pair', '\\ude00\\ud83d'),
  i('with a high surrogate and an escape', '\\ud800\\n'), i('with a high surrogate and u0041', '\\uD800\\u0041'), i('with the last high surrogate', '\\udbff'), i('with the last low surrogate', '\\udfff'), i('with a lone low in the middle', 'a\\udeadb'),
  i('with a pair and a high', '\\ud83d\\ude00\\ud83d'),
  raw('i', 'with byte ff', 0xff), raw('i', 'with byte fe', 0xfe), raw('i', 'with a lone continuation byte', 0x80), raw('i', 'with continuation bytes', 0x80, 0xbf, 0x81), raw('i', 'with overlong /, two bytes', 0xc0, 0xaf),
  raw('i', 'with overlong /, three bytes', 0xe0, 0x80, 0xaf), raw('i', 'with overlong /, four bytes', 0xf0, 0x80, 0x80, 0xaf), raw('i', 'with overlong NUL', 0xc0, 0x80), raw('i', 'with overlong quote', 0xc0, 0xa2), raw('i', 'with overlong DEL', 0xc1, 0xbf),
  raw('i', 'with overlong, five bytes', 0xf8, 0x88, 0x80, 0x80, 0x80), raw('i', 'with overlong, six bytes', 0xfc, 0x84, 0x80, 0x80, 0x80, 0x80), raw('i', 'with a surrogate in UTF-8 (CESU)', 0xed, 0xa0, 0x80), raw('i', 'with a pair in CESU-8', 0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80),
  raw('i', 'with a code point above 10FFFF', 0xf4, 0x90, 0x80, 0x80), raw('i', 'with lead byte f5', 0xf5, 0x80, 0x80, 0x80), raw('i', 'in latin1', 0xe9), raw('i', 'with a cut sequence', 0xe0, 0xff), raw('i', 'with two bytes of three', 0xe2, 0x82),
  raw('i', 'with three bytes of four', 0xf0, 0x9f, 0x98), raw('i', 'in Shift-JIS', 0x82, 0xa0, 0x83, 0x5c), raw('i', 'with a lead byte before the end', 0xc3),
  ...range(0, 0x1f).map((code) => n(`with raw 0x${hex(code)}`, `a${String.fromCharCode(code)}b`)),
  ...['\\', '\\a', '\\v', '\\0', '\\x41', "\\'", '\\U0041', '\\u', '\\u0', '\\u00', '\\u004', '\\u004G', '\\uxyzw', '\\u-041', '\\u+041', '\\u 041', '\\u{41}', '\\ud800\\', '\\ud800\\u', '\\ud800\\u1', '\\ud800\\u1x', '\\\\\\', '\\\t', '\\\n', '\\\u0000', '\\🌀',
    '\\e', '\\N', '\\1', '\\x0', '\\,', '\\u００41'].map((content) => n(`with escape ${JSON.stringify(content)}`, content)),
  ['n', 'string in apostrophes', "['a']"], ['n', 'string in backquotes', '[`a`]'], ['n', 'string in typographic quotes', '[“a”]'], ['n', 'string without an end', '["a'], ['n', 'string without a begin', '[a"]'], ['n', 'string without quotes', '[asd]'],
  ['n', 'string with quotes inside', '["a"b"]'], ['n', 'a lone quote', '"'], ['n', 'two strings', '"a" "b"'], ['n', 'concatenated strings', '["a"+"b"]'], ['n', 'two strings without a comma', '["a" "b"]'], ['n', 'string over two lines', '["a\nb"]'],
  ['n', 'string that ends in its escape', '["\\u00A"]'], ['n', 'string that ends in a backslash', '["\\"]'], ['n', 'an invalid byte outside a string', Buffer.from([0x5b, 0xff, 0x5d])], ['n', 'an overlong bracket', Buffer.from([0xc1, 0x9b, 0x5d])],
  ['n', 'an invalid byte after all', Buffer.from([0x5b, 0x5d, 0xff])], ['n', 'a lead byte after all', Buffer.from([0x5b, 0x5d, 0xc3])], ['n', 'an escape outside a string', '[\\n]'], ['n', 'an escaped bracket', '\\u005b]'],
  wide('UTF-16LE with a mark', utf16('["é"]', false, true)), wide('UTF-16BE with a mark', utf16('["é"]', true, true)), wide('UTF-16LE', utf16('["é"]', false, false)), wide('UTF-16BE', utf16('["é"]', true, false)),
  wide('UTF-32LE', [0x5b, 0, 0, 0, 0x31, 0, 0, 0, 0x5d, 0, 0, 0]), wide('UTF-32BE with a mark', [0, 0, 0xfe, 0xff, 0, 0, 0, 0x5b, 0, 0, 0, 0x5d]), wide('UTF-8 with a mark', '\ufeff["a"]'), wide('UTF-8 with a mark, an object', '\ufeff{}'),
];
