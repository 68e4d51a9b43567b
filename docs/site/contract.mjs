// An AsyncAPI document as a page: rendered here, so that it is read without JavaScript, and unfolded with it.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const React = require('react');
const { renderToStaticMarkup } = require('react-dom/server');
const { Parser } = require('@asyncapi/parser');
const AsyncApi = require('@asyncapi/react-component').default;

const config = { show: { sidebar: true, errors: false }, expand: { messageExamples: true } };

export async function renderContract(file, folder) {
  const { document, diagnostics } = await new Parser().parse(readFileSync(file, 'utf8'));
  const errors = diagnostics.filter(({ severity }) => severity === 0);
  if (!document) throw new Error(`${basename(file)}: ${errors.map(({ message }) => message).join('; ')}`);
  const component = dirname(require.resolve('@asyncapi/react-component/package.json'));
  mkdirSync(folder, { recursive: true });
  cpSync(join(component, 'styles/default.min.css'), join(folder, 'style.css'));
  cpSync(join(component, 'browser/standalone/without-parser.js'), join(folder, 'component.js'));
  cpSync(file, join(folder, basename(file)));
  const data = JSON.stringify({ schema: document.json(), config }).replaceAll('<', '\\u003c');
  writeFileSync(join(folder, 'index.html'), `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${document.info().title().replaceAll('<', '&lt;')}</title><link rel="stylesheet" href="style.css"></head>
<body><p style="padding:.5rem 1rem"><a href="../">Documentation</a> · <a href="${basename(file)}">${basename(file)}</a></p>
<div id="contract">${renderToStaticMarkup(React.createElement(AsyncApi, { schema: document, config }))}</div>
<script type="application/json" id="data">${data}</script><script src="component.js"></script>
<script>AsyncApiStandalone.render(JSON.parse(document.getElementById('data').textContent), document.getElementById('contract'));</script>
</body></html>
`);
}
