// The documentation as a static site: it builds, every link leads somewhere, the search finds, and the contract is rendered.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import http from 'node:http';
import { dirname, extname, join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from './support/bellwether.mjs';
import { keepPicture, openWindow } from './support/browser.mjs';

const root = new URL('../..', import.meta.url).pathname;
const site = join(root, 'build/docs');
const types = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml' };

/** The file behind a path of the site, as a static host finds it; undefined: there is none. */
function fileOf(path) {
  const plain = decodeURIComponent(path.split(/[?#]/)[0]);
  return [plain, `${plain}.html`, join(plain, 'index.html')].map((name) => join(site, name)).find((name) => existsSync(name) && statSync(name).isFile());
}

async function serve(t) {
  const server = http.createServer((request, response) => {
    const file = fileOf(request.url);
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(t, () => { server.close(); server.closeAllConnections(); });
  return `http://127.0.0.1:${server.address().port}`;
}

test('the site builds, and is read, searched and followed', async (t) => {
  const built = spawnSync('node', ['docs/site/build.mjs'], { cwd: root, encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } });
  assert.equal(built.status, 0, built.stderr + built.stdout);
  for (const name of readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md'))) assert.ok(fileOf(`/${name.replace('.md', '')}`), name);

  // Every link of every page.
  const pages = readdirSync(site, { recursive: true }).filter((name) => name.endsWith('.html') && !name.startsWith('files/') && name !== '404.html');
  assert.ok(pages.length > 25, `${pages.length}`);
  for (const page of pages) {
    const html = readFileSync(join(site, page), 'utf8');
    for (const [, link] of html.matchAll(/<a[^>]* href="([^"#][^"]*)"/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      assert.ok(fileOf(link.startsWith('/') ? link : join('/', dirname(page), link)), `${page} links to ${link}`);
    }
  }

  const url = await serve(t);
  const page = await openWindow(t, { javaScriptEnabled: true });
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(`${url}/receiving`);
  assert.match(await page.locator('h1').innerText(), /^Receiving these webhooks right, in any language/);
  await keepPicture(page, 'site');
  await page.keyboard.press('Control+k');
  await page.locator('input[type=search]').fill('lost answer');
  await page.locator('.VPLocalSearchBox .result').first().waitFor();
  assert.match(await page.locator('.VPLocalSearchBox .results').innerText(), /Receiving these webhooks right/);
  await page.goto(`${url}/contract-3.1/index.html`);
  await page.locator('#contract h2').first().waitFor();
  await keepPicture(page, 'contract');
  assert.deepEqual(problems, []);

  const still = await openWindow(t);
  await still.goto(`${url}/contract-2.6/index.html`);
  const text = await still.locator('#contract').innerText();
  for (const part of ['/mixpanel/cohort-sync', '/mixpanel/alerts', 'add_members', 'mixpanel_session_id']) assert.ok(text.includes(part), part);
});
