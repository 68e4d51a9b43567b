// Builds the documentation as a static site in build/docs: the Markdown of this repository with a search over all of it, and the contract's
// documents rendered. `make docs` calls it, with NODE_ENV=production.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vitepress';
import { renderContract } from './contract.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const source = join(here, '.source');
const versions = ['3.1', '2.6'];

/** Where a file of the repository stands on the site; undefined: it is no page. */
const places = new Map([['README.md', 'index.md'], ['ARCHITECTURE.md', 'architecture.md'], ['CHANGELOG.md', 'changelog.md'],
  ['CONTRIBUTING.md', 'contributing.md'], ['SECURITY.md', 'security.md']]);
for (const name of readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md'))) places.set(`docs/${name}`, name);
for (const name of readdirSync(join(root, 'docs/decisions')).sort()) places.set(`docs/decisions/${name}`, `decisions/${name}`);

// VitePress takes a link to any other kind of file for one to a page, and appends .html.
process.env.VITE_EXTRA_EXTENSIONS = 'toml,conf';

/** A link as the site has it: pages by their place there, other files of the repository as copies. */
function place(link, from) {
  if (/^[a-z]+:|^#/.test(link)) return link;
  const [path, hash = ''] = link.split('#');
  const target = posix.normalize(posix.join(posix.dirname(from), path));
  const mark = hash ? `#${hash}` : '';
  if (places.has(target)) return `/${places.get(target)}${mark}`;
  if (target === 'docs/decisions/') return `/${places.get([...places.keys()].find((name) => name.startsWith('docs/decisions/')))}`;
  const version = target === 'contract/' ? versions[0] : /^contract\/asyncapi-(.*)\.yaml$/.exec(target)?.[1];
  if (version) return `/contract-${version}/index.html`;
  const copy = join(source, 'public/files', target);
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(join(root, target), copy, { recursive: true });
  return `/files/${target}`;
}

/** Code stays as it is; of the rest the links are moved, and braces are no template. */
function convert(text, from) {
  return text.split(/(^```[^]*?^```|`[^`\n]*`)/m).map((part, i) => (i % 2 ? part : part.replace(/\]\(([^)\s]+)\)/g, (_, link) => `](${place(link, from)})`)
    .replaceAll('{{', '&#123;&#123;'))).join('');
}

const title = (file) => /^# (.*)$/m.exec(readFileSync(join(root, file), 'utf8'))[1];
const item = (file, text = title(file)) => ({ text, link: `/${places.get(file).replace(/(index)?\.md$/, '')}` });
const docs = (...names) => names.map((name) => item(`docs/${name}.md`));

const config = {
  title: 'Bellwether',
  description: 'Both ends of Mixpanel\'s webhooks',
  lastUpdated: false,
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: [
      { text: 'Start', items: [item('README.md', 'What it is'), item('CHANGELOG.md'), item('SECURITY.md')] },
      { text: 'Receive', items: docs('receiving', 'answers', 'api', 'operations') },
      { text: 'Publish', items: docs('publisher', 'ingestion', 'importing', 'cohorts', 'reports', 'alerts', 'anomalies', 'scaling') },
      { text: 'The contract', items: versions.map((version) => ({ text: `AsyncAPI ${version}`, link: `/contract-${version}/index.html`, target: '_self' })) },
      { text: 'Inside', items: [item('ARCHITECTURE.md'), ...docs('performance'), item('CONTRIBUTING.md')] },
      { text: 'Decisions', collapsed: true, items: [...places.keys()].filter((name) => name.startsWith('docs/decisions/')).map((name) => item(name)) },
    ],
  },
};

rmSync(source, { recursive: true, force: true });
mkdirSync(join(source, '.vitepress'), { recursive: true });
for (const [from, to] of places) {
  mkdirSync(dirname(join(source, to)), { recursive: true });
  writeFileSync(join(source, to), convert(readFileSync(join(root, from), 'utf8'), from));
}
for (const version of versions) await renderContract(join(root, `contract/asyncapi-${version}.yaml`), join(source, `public/contract-${version}`));
writeFileSync(join(source, '.vitepress/config.mjs'), `export default ${JSON.stringify({ ...config, outDir: join(root, 'build/docs'), ignoreDeadLinks: [/^\/files\//, /^\/contract-/] })};\n`
  .replace('"ignoreDeadLinks":[{},{}]', '"ignoreDeadLinks":[/^\\/files\\//, /^\\/contract-/]'));
await build(source);
rmSync(source, { recursive: true, force: true });
console.log(`${relative(process.cwd(), join(root, 'build/docs'))}/index.html`);
