// Arrays, objects, depth, what surrounds a document (RFC 8259, sections 2 to 5).
const y = (name, text) => ['y', name, text];
const n = (name, text) => ['n', name, text];
const i = (name, text) => ['i', name, text];
const nested = (depth, open = '[', close = ']', inner = '') => open.repeat(depth) + inner + close.repeat(depth);
const range = (count, make) => Array.from({ length: count }, (_, at) => make(at));

export const structures = [
  y('array empty', '[]'), y('array with blanks', ' [ ] '), y('array of arrays', '[[],[[]],[[[]]]]'), y('array of several', '[1,"a",null,true,{}]'), y('array over lines', '[1\n,\n2\r\n]'), y('array of nulls', '[null,null,null]'),
  y('array ends with a new line', '[1]\n'), y('array begins with a new line', '\n[1]'), y('array of 1,000', `[${range(1000, (at) => at).join()}]`), y('object empty', '{}'), y('object', '{"a":1,"b":[2],"c":{"d":null}}'),
  y('object with an empty key', '{"":0}'), y('object with a NUL in a key', '{"a\\u0000b":1}'), y('object with duplicate keys', '{"a":1,"a":2}'), y('object with duplicate equal pairs', '{"a":1,"a":1}'), y('object with keys equal by escape', '{"a":1,"\\u0061":2}'),
  y('object with __proto__', '{"__proto__":{"a":1},"constructor":1}'), y('object with a long key', `{"${'k'.repeat(5000)}":1}`), y('object with many keys', `{${range(200, (at) => `"k${at}":${at}`).join()}}`), y('object with new lines', '{\n"a":\n1\n}'),
  y('object with tabs', '\t{\t"a"\t:\t1\t}\t'), y('object with keys of dots', '{"a.b":1,"a":{"b":2}}'), y('object with keys of dollars', '{"$set":1,"$add":{"x":1}}'), y('object with odd keys', '{"`":1,"\'":2,"\\"":3,";--":4,"%2E":5}'),
  y('object with a key in UTF-8', '{"ключ€😀":1}'), y('depth 10', nested(10)), y('depth 10 of objects', nested(10, '{"a":', '}', '1')), y('all white space', ' \t\r\n[ \t\r\n1 \t\r\n, \t\r\n2 \t\r\n] \t\r\n'), y('lone string', '"a"'), y('lone number', '42'),
  y('lone negative number', '-0.1'), y('lone string with blanks', ' "a" '), y('lone empty string', '""'),
  ...[65, 100, 200, 500, 900, 1000, 1023, 1024, 1025, 5000].flatMap((depth) => [i(`depth ${depth} of arrays`, nested(depth)), i(`depth ${depth} of objects`, nested(depth, '{"a":', '}', '1'))]),
  i('depth 100,000 of arrays', nested(100_000)), i('depth 20,000 of objects', nested(20_000, '{"a":', '}', '1')), i('depth 500 of both', nested(500, '[{"a":', '}]', 'null')), i('depth 900 around values', nested(900, '[1,', ']', '2')),
  i('array of 100,000', `[${range(100_000, () => 1).join()}]`), i('object of 20,000 keys', `{${range(20_000, (at) => `"k${at}":1`).join()}}`), i('array of 20,000 objects', `[${range(20_000, (at) => `{"k${at % 50}":1}`).join()}]`), i('string of a megabyte', `"${'x'.repeat(1 << 20)}"`),
  i('key of a megabyte', `{"${'k'.repeat(1 << 20)}":1}`), i('a megabyte of blanks', `[${' '.repeat(1 << 20)}]`),
  n('unclosed array', '['), n('unclosed array with a value', '[1'), n('unclosed array with a comma', '[1,'), n('unclosed array of arrays', '[[]'), n('unclosed object', '{'), n('unclosed key', '{"a'), n('object without a colon', '{"a"'),
  n('object without a value', '{"a":'), n('object unclosed after a value', '{"a":1'), n('object unclosed after a comma', '{"a":1,'), n('unclosed 100,000 arrays', '['.repeat(100_000)), n('unclosed 20,000 objects', '{"a":'.repeat(20_000)),
  n('unclosed arrays and objects', '[{"a":'.repeat(20_000)), n('100,000 closings', ']'.repeat(100_000)), n('one closing too many', '[]]'), n('one brace too many', '{}}'), n('closing alone', ']'), n('brace alone', '}'), n('array closed by a brace', '[1}'),
  n('object closed by a bracket', '{"a":1]'), n('crossed brackets', '[{]}'), n('trailing comma in an array', '[1,]'), n('two trailing commas', '[1,,]'), n('trailing comma in an object', '{"a":1,}'), n('two trailing commas in an object', '{"a":1,,}'),
  n('leading comma in an array', '[,1]'), n('leading comma in an object', '{,"a":1}'), n('comma alone in an array', '[,]'), n('comma alone in an object', '{,}'), n('double comma in an array', '[1,,2]'), n('double comma in an object', '{"a":1,,"b":2}'),
  n('missing comma in an array', '[1 2]'), n('missing comma in an object', '{"a":1 "b":2}'), n('missing comma between arrays', '[[] []]'), n('semicolon for a comma', '[1;2]'), n('colon in an array', '[1:2]'), n('colon alone', ':'), n('comma alone', ','),
  n('key without quotes', '{a:1}'), n('key in apostrophes', "{'a':1}"), n('key that is a number', '{1:1}'), n('key that is null', '{null:1}'), n('key that is an array', '{[]:1}'), n('key that is an object', '{{}:1}'), n('key without a value', '{"a"}'),
  n('key with two colons', '{"a"::1}'), n('key with an equals sign', '{"a"=1}'), n('key with an arrow', '{"a"=>1}'), n('key and two values', '{"a":1 2}'), n('only a colon and a value', '{:1}'), n('value without a key', '{1}'), n('string and a comma', '{"a",1}'),
  n('comment after', '[1]/**/'), n('comment before', '/**/[1]'), n('comment inside', '[1/**/]'), n('line comment after', '[1]//'), n('line comment inside', '[1//\n]'), n('hash comment', '[1]#'), n('open comment', '[1]/*'), n('hash comment inside', '{"a":1#\n}'),
  n('HTML comment', '<!-- -->[1]'), n('garbage after', '[1]x'), n('garbage before', 'x[1]'), n('a document after', '[1][2]'), n('an object after', '{"a":1}{"b":2}'), n('a comma after', '[1],'), n('a NUL after', '[1]\u0000'), n('a NUL before', '\u0000[1]'), n('a NUL inside', '[\u00001]'),
  n('a quote after', '[1]"'), n('a bracket after', '[1]['), n('empty', ''), n('only blanks', ' '), n('only a new line', '\n'), n('only a tab', '\t'), n('only a NUL', '\u0000'), n('only a byte order mark', '\ufeff'), n('two byte order marks', '\ufeff\ufeff[]'),
  n('half a byte order mark', Buffer.from([0xef, 0xbb, 0x5b, 0x5d])), n('byte order mark inside', '[\ufeff1]'), n('byte order mark after', '[1]\ufeff'), n('form feed', '[\f]'), n('vertical tab', '[\v1]'), n('no-break space', '[\u00a01]'), n('ideographic space', '[\u30001]'),
  n('line separator', '[\u20281]'), n('zero width space', '[\u200b1]'), n('word joiner', '\u2060[1]'), n('next line character', '[\u00851]'), n('backspace', '[\b1]'), n('escape character', '[\x1b1]'), n('DEL', '[\x7f]'), n('a backslash before a quote', '[\\"a"]'),
  n('XML', '<a>1</a>'), n('YAML', 'a: 1\n- b\n'), n('form', 'a=1&b=2'), n('base64', 'W10='), n('JSONP', 'f([1])'), n('JavaScript', '({a:1})'), n('spread', '[...[1]]'), n('function', 'function(){}'), n('undefined', '[undefined]'), n('set', '{1,2}'), n('tuple', '(1,2)'),
  n('regular expression', '[/a/]'), n('template', '[${1}]'), n('star', '[*]'), n('question mark', '[?]'), n('ampersand', '[&]'), n('at sign', '[@]'), n('question marks for values', '{"a":?}'), n('XSSI prefix', ")]}'\n[1]"), n('gzip without a header', Buffer.from([0x1f, 0x8b, 8, 0])),
];
