// What every measurement needs: programs, folders, the table.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subscriber } from '../tests/system/support/bellwether.mjs';

export const root = new URL('..', import.meta.url).pathname;
export const program = (name) => join(root, 'build/release/bench', `bench_${name}`);
export const quick = process.argv.includes('--quick');
const rows = [];
const folders = [];

export function folder() {
  folders.push(mkdtempSync(join(tmpdir(), 'bellwether-bench-')));
  return folders.at(-1);
}
export function measure(name, ...args) {
  const done = spawnSync(program(name), args.map(String), { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error(`${name}: ${done.stderr || done.stdout || done.error}`);
  return JSON.parse(done.stdout);
}
export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
export function report(key, what, ours, limit, ratio, goal, met) {
  rows.push(`| ${key} | ${what} | ${ours} | ${limit} | ${ratio} | ${goal} | ${met ? 'yes' : 'no'} |`);
  console.log(rows.at(-1));
}
export async function withSubscriber(use, options = {}) {
  const data = join(folder(), 'data');
  const subscriber = await Subscriber.start(null, { data, ...options });
  try {
    return await use(subscriber);
  } finally {
    await subscriber.kill();
  }
}

export function removeFolders() {
  folders.forEach((path) => rmSync(path, { recursive: true, force: true }));
}
