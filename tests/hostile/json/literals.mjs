// Literals (RFC 8259, section 3).
const list = (kind, texts, wrap = (text) => `[${text}]`) => texts.map((text) => [kind, `literal ${JSON.stringify(text)}`, wrap(text)]);

export const literals = [
  ...list('y', ['true', 'false', 'null', ' true ', '\ttrue\n', 'true,false,null']),
  ...['true', 'false', 'null', ' null ', '\nfalse\r\n'].map((text) => ['y', `lone literal ${JSON.stringify(text)}`, text]),
  ...list('n', ['True', 'TRUE', 'tRue', 'False', 'FALSE', 'Null', 'NULL', 'nul', 'nulll', 'null0', 'nullnull', 'null null', 'tru', 'truee', 'true1', 'fals', 'falsee', 'false0', 'nil', 'None', 'yes', 'no', 'on', 'off', 'undefined', 'void', 'n', 't', 'f', 'nu ll',
    't rue', '"true', 'true"', 'null\u0000', '\u0000null', 'nul\u0000', 'tru\u0435', 'ｎｕｌｌ', '!true', '-null', '+true', 'true.', 'true:1', 'null,', ',null', 'fal\\u0073e', 'NaN', 'Infinity', 'new Date()', 'TRUE,FALSE']),
  ...['nul', 'tru', 'fals', 'nulll', 'True', 'n', 'nothing', 'notjson', 'none'].map((text) => ['n', `lone literal ${JSON.stringify(text)}`, text]),
];
