// Debian's Chromium, for tests of pages. With SCREENSHOTS=FOLDER pictures are kept there.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';
import { atEnd } from './bellwether.mjs';

let browser;
before(async () => { browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] }); });
after(() => browser?.close());

/** A window of its own, without scripts unless they are asked for. */
export async function openWindow(t, options = {}) {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1100, height: 900 }, ...options });
  atEnd(t, () => context.close());
  return context.newPage();
}

export async function keepPicture(page, name) {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.png`), await page.screenshot({ fullPage: true }));
}
