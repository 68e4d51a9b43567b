// A web site on an origin of its own: pages by path, and the browser SDK as npm has it.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { atEnd } from './bellwether.mjs';

/** The folder that holds the browser SDK's scripts. */
export const sdkFolder = dirname(createRequire(import.meta.url).resolve('mixpanel-browser'));

/** Serves `pages`, a map of paths to HTML; its URL. */
export async function servePages(t, pages) {
  const sdk = readFileSync(join(sdkFolder, 'mixpanel.umd.js'));
  const server = createServer((request, response) => {
    const path = request.url.split('?')[0];
    if (path === '/sdk.js') return response.setHeader('Content-Type', 'text/javascript').end(sdk);
    if (!(path in pages)) return response.writeHead(path === '/favicon.ico' ? 204 : 404).end();
    response.setHeader('Content-Type', 'text/html; charset=utf-8').end(pages[path]);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(t, () => { server.closeAllConnections(); server.close(); });
  return `http://localhost:${server.address().port}`;
}
