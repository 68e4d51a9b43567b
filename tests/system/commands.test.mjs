// Every command that the documents tell people to run is run, as it stands there, against a subscriber and a publisher under way. Only addresses
// are other ones. What is named in a sentence is asked for its help.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Subscriber, binary, run, temporaryFolder } from './support/bellwether.mjs';
import { Publisher } from './support/publisher.mjs';

const root = new URL('../../', import.meta.url).pathname;
const documents = [...readdirSync(root), ...['docs', 'docs/decisions'].flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))]
  .filter((name) => name.endsWith('.md'));
const begins = /^(?:[A-Z_]+=\S+ )*(?:(?:build\/release\/)?bellwether|curl|make|node) /;

/** The commands in a document's code blocks; lines that begin none belong to the one before. */
function commandsOf(document) {
  const text = readFileSync(join(root, document), 'utf8').replace(/^```sh\n([^]*?)^```$/gm, (_, block) => block.replace(/^/gm, '    '));
  const commands = [];
  for (const block of text.split(/\n\s*\n/).filter((part) => part.split('\n').every((line) => line.startsWith('    ')))) {
    const own = [];
    for (const line of block.split('\n').map((one) => one.slice(4))) {
      if (begins.test(line)) own.push(line);
      else if (own.length > 0) own[own.length - 1] += `\n${line}`;
    }
    commands.push(...own);
  }
  return commands;
}

/** Ends a stream after two seconds, and everything else after a minute. */
const runShell = (command, options) => new Promise((resolve) => {
  const isEndless = /curl -N|--follow/.test(command);
  const child = spawn('timeout', [isEndless ? '2' : '60', 'bash', '-c', command], options);
  const done = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (text) => (done[name] += text));
  child.on('close', (status) => resolve({ ...done, status: isEndless && status === 124 ? 0 : status }));
});

/** A folder as a reader has it: the repository's, and some data of their own. */
function workplace(t) {
  const folder = temporaryFolder(t);
  for (const name of ['examples', 'tests', 'contract', 'bench', 'Makefile', 'tools', 'docs']) symlinkSync(join(root, name), join(folder, name));
  mkdirSync(join(folder, 'build/release'), { recursive: true });
  symlinkSync(binary, join(folder, 'build/release/bellwether'));
  mkdirSync(join(folder, 'bin'));
  symlinkSync(binary, join(folder, 'bin/bellwether'));
  const hours = Array.from({ length: 24 * 7 }, (_, i) => `${new Date(Date.UTC(2026, 0, 5, i)).toISOString()},${100 + (i % 24)}`);
  writeFileSync(join(folder, 'series.csv'), `timestamp,value\n${hours.join('\n')}\n`);
  writeFileSync(join(folder, 'events.ndjson'), `${JSON.stringify({ event: 'Order', properties: { time: 1767323045, distinct_id: 'ann', $insert_id: 'a' } })}\n`);
  writeFileSync(join(folder, 'orders.csv'), 'customer,at,amount\nann,2026-01-02T03:04:05Z,7\n');
  return folder;
}

test('every command of the documents works', async (t) => {
  const folder = workplace(t);
  const subscriber = await Subscriber.start(t);
  const publisher = await Publisher.start(t);
  await publisher.apply({ projects: [{ id: '8', name: 'Shop', token: 'token', secret: 'secret', service_accounts: [{ user: 'robot', password: 'pw' }],
    reports: [{ name: 'Sales', definition: { kind: 'insights', metrics: [{ name: 'Sales', event: 'Order' }], breakdown: { properties: ['city'] } } }],
    webhooks: [{ name: 'Pager', url: 'http://127.0.0.1:9/' }] },
  { id: '1', name: 'Demo', token: 'demo', reports: [{ name: 'Sales', definition: { kind: 'insights', metrics: [{ name: 'Sales', event: 'Order' }] } }] }] });
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}`, BELLWETHER_ADMIN_LISTEN: subscriber.admin.slice(7),
    BELLWETHER_PUBLISHER_ADMIN_LISTEN: publisher.admin.slice(7), TEA_SHOP_SECRET: 'a', EXPORTER_PASSWORD: 'b', CRM_PASSWORD: 'c', WAREHOUSE_PASSWORD: 'd' };
  const places = { '127.0.0.1:8080': subscriber.address, '127.0.0.1:8081': subscriber.admin.slice(7), '127.0.0.1:8090': publisher.address, '127.0.0.1:8091': publisher.admin.slice(7) };
  let count = 0;
  for (const document of documents) {
    for (const written of commandsOf(document)) {
      // The targets of make are what CI itself runs; here make only says what it would do.
      const command = Object.entries(places).reduce((text, [from, to]) => text.replaceAll(from, to), written)
        .replace('BELLWETHER_IMPORT_SECRET=…', 'BELLWETHER_IMPORT_SECRET=secret').replace('BELLWETHER_IMPORT_PASSWORD=…', 'BELLWETHER_IMPORT_PASSWORD=pw').replace('bellwether import', `bellwether import --url ${publisher.url}`).replace(/^make /, 'make -n ');
      const done = await runShell(command, { cwd: folder, env });
      assert.equal(done.status, 0, `${document}: ${written}\n${done.stdout}${done.stderr}`);
      assert.doesNotMatch(done.stdout, /^\{"error"/, `${document}: ${written}`);
      ++count;
    }
  }
  assert.ok(count >= 15, `${count} commands`);
});

test('every command that a sentence names is there, with its options', () => {
  let count = 0;
  for (const document of documents) {
    const sentences = readFileSync(join(root, document), 'utf8').replace(/^```[^]*?^```$/gm, '');
    for (const [, called] of sentences.matchAll(/`bellwether ([a-z-]+[^`]*)`/g)) {
      const [name, ...words] = called.split(/\s+/);
      const help = run([name, '--help']);
      assert.equal(help.status, 0, `${document}: bellwether ${called}`);
      // A subcommand's options are in its own help.
      const inner = words[0] && /^[a-z]+$/.test(words[0]) ? run([name, words[0], '--help']).stdout : '';
      for (const option of words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0]))
        assert.ok(`${help.stdout}${inner}`.includes(option), `${document}: bellwether ${called}: ${option}`);
      ++count;
    }
    for (const [, target] of sentences.matchAll(/`make ([a-z]+)[^`]*`/g))
      assert.match(readFileSync(join(root, 'Makefile'), 'utf8'), new RegExp(`^(?:[a-z ]+ )?${target}(?: [a-z ]+)?:`, 'm'), `${document}: make ${target}`);
  }
  assert.ok(count >= 15, `${count} commands`);
});
