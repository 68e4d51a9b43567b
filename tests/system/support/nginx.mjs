// A real nginx of Debian's on loopback, in a folder of its own, for one test.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { atEnd, temporaryFolder, until } from './bellwether.mjs';

const binary = '/usr/sbin/nginx';

/** A port that was free a moment ago: nginx cannot say which one it chose by itself. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts nginx with these blocks in its `http`; ends with the test. */
export async function startNginx(t, blocks) {
  const folder = temporaryFolder(t);
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
user root;
events { worker_connections 256; }
http { access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
${blocks}
}`);
  const nginx = spawn(binary, ['-c', file, '-p', folder], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  nginx.stderr.on('data', (text) => (log += text));
  const ended = new Promise((resolve) => nginx.on('close', resolve));
  atEnd(t, () => { nginx.kill('SIGTERM'); return ended; });
  await until(() => {
    if (nginx.exitCode !== null) throw new Error(`nginx ended: ${log}`);
    try { return Number(readFileSync(join(folder, 'pid'), 'utf8')) > 0; } catch { return false; }
  }, 'nginx runs');
}
