// The subscriber against what is possible.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { binary, page } from '../tests/system/support/bellwether.mjs';
import { folder, measure, median, quick, report, withSubscriber } from './harness.mjs';

export const benches = {
  // 1,000-member pages over HTTP, acknowledged durably, against bare appends of the same bodies.
  async a() {
    const pages = quick ? 500 : 3000;
    const rounds = 3;
    const results = { append: [], 1: [], 4: [], 16: [] };
    for (let round = 0; round < rounds; ++round) {
      results.append.push(measure('append', '--file', join(folder(), 'a.db'), '--pages', pages).per_second);
      for (const connections of [1, 4, 16]) {
        // One page more than is sent: the session stays open, so that nothing is merged meanwhile.
        results[connections].push(await withSubscriber((subscriber) =>
          measure('load', '--port', subscriber.port, '--requests', pages, '--connections', connections, '--total', pages + 1).per_second));
      }
    }
    const append = median(results.append);
    const goals = { 1: 0.65, 4: 0.8, 16: 0.95 };
    for (const connections of [1, 4, 16]) {
      const ours = median(results[connections]);
      report('a', `pages/s, ${connections} connection${connections > 1 ? 's' : ''}`, ours.toFixed(0), append.toFixed(0),
        (ours / append).toFixed(2), `at least ${goals[connections]}`, ours / append >= goals[connections]);
    }
  },

  // Merging a complete session against a bare sorted insert.
  async b() {
    const members = quick ? 100_000 : 1_000_000;
    const runs = Array.from({ length: 3 }, () => measure('merge', '--folder', folder(), '--members', members));
    const bare = median(runs.map((run) => run.bare_seconds));
    const ours = median(runs.map((run) => run.merge_seconds));
    report('b', `merge of ${members} members`, `${ours.toFixed(2)} s`, `${bare.toFixed(2)} s`, (bare / ours).toFixed(2),
      'at least 0.9', bare / ours >= 0.9);
  },

  // A session of 1,000 changes on a small cohort and on a large one.
  async c() {
    const [small, large] = quick ? [10_000, 1_000_000] : [100_000, 10_000_000];
    const times = [small, large].map((members) => measure('cohort_size', '--folder', folder(), '--members', members).session_seconds);
    report('c', `1,000 changes on ${large} members`, `${(times[1] * 1000).toFixed(1)} ms`,
      `${(times[0] * 1000).toFixed(1)} ms on ${small}`, (times[1] / times[0]).toFixed(2), 'at most 1.5', times[1] / times[0] <= 1.5);
  },

  // One member against nginx serving a small file to the same client.
  async d() {
    const requests = quick ? 20_000 : 100_000;
    const place = folder();
    writeFileSync(join(place, 'file'), 'x'.repeat(100));
    const port = 18123 + Math.floor(Math.random() * 1000);
    writeFileSync(join(place, 'nginx.conf'), `daemon off; master_process off; worker_processes 1; pid ${place}/pid; error_log ${place}/error.log;
      events {} http { access_log off; keepalive_requests 1000000; sendfile on; open_file_cache max=10;
      server { listen 127.0.0.1:${port}; root ${place}; } }`);
    const nginx = spawn('/usr/sbin/nginx', ['-c', join(place, 'nginx.conf'), '-p', place], { stdio: 'ignore' });
    await sleep(500);
    try {
      await withSubscriber(async (subscriber) => {
        await subscriber.sync(page('members', 's', { ids: Array.from({ length: 1000 }, (_, i) => ({ mixpanel_distinct_id: `member-${i}`, email: 'someone@example.com' })) }));
        const adminPort = new URL(subscriber.admin).port;
        const results = { ours: [], nginx: [] };
        for (let round = 0; round < 3; ++round) {
          results.nginx.push(measure('load', '--port', port, '--get', '/file', '--requests', requests).per_second);
          results.ours.push(measure('load', '--port', adminPort, '--get', '/v1/cohorts/8/12/members/member-77', '--requests', requests).per_second);
        }
        const [ours, limit] = [median(results.ours), median(results.nginx)];
        report('d', 'GET of one member', `${ours.toFixed(0)}/s`, `${limit.toFixed(0)}/s`, (ours / limit).toFixed(2), 'at least 0.4', ours / limit >= 0.4);
      });
    } finally {
      nginx.kill();
    }
  },

  // Peak memory while a session of 10 M members arrives and is merged.
  async e() {
    const pages = quick ? 1000 : 10_000;
    await withSubscriber(async (subscriber) => {
      const begun = Date.now();
      measure('load', '--port', subscriber.port, '--requests', pages, '--connections', 4, '--action', 'members');
      const received = Date.now();
      while ((await subscriber.session('bench')).state !== 'applied') await sleep(200);
      const merged = Date.now();
      const status = readFileSync(`/proc/${subscriber.process.pid}/status`, 'utf8');
      const mebibytes = Number(/VmHWM:\s+(\d+)/.exec(status)[1]) / 1024;
      report('e', `${pages * 1000} members arrive (${((received - begun) / 1000).toFixed(0)} s) and are merged (${((merged - received) / 1000).toFixed(0)} s)`,
        `${mebibytes.toFixed(0)} MiB`, '', '', 'at most 300 MiB', mebibytes <= 300);
    });
  },

  // From start to the first answer, against the machine's own process start.
  async f() {
    const ours = [];
    const bare = [];
    for (let i = 0; i < 15; ++i) {
      const begun = performance.now();
      spawnSync('/bin/true');
      bare.push((performance.now() - begun) / 1000);
      ours.push(await firstAnswer(join(folder(), 'data')));
    }
    const beyond = median(ours) - median(bare);
    report('f', 'start to first answer', `${(median(ours) * 1000).toFixed(0)} ms`, `${(median(bare) * 1000).toFixed(0)} ms`,
      `${(beyond * 1000).toFixed(0)} ms more`, 'at most 100 ms more', beyond <= 0.1);
  },
};

/** Seconds from spawning the binary to a page acknowledged. */
async function firstAnswer(data) {
  const port = 20000 + Math.floor(Math.random() * 20000);
  const begun = performance.now();
  const child = spawn(binary, ['subscriber', '--data', data, '--listen', `127.0.0.1:${port}`, '--admin-listen', '127.0.0.1:0'], { stdio: 'ignore' });
  try {
    for (;;) {
      try {
        const response = await fetch(`http://127.0.0.1:${port}/mixpanel/cohort-sync`, { method: 'POST',
          headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(page('members', 's', { ids: ['ann'] })) });
        if (response.status === 200) return (performance.now() - begun) / 1000;
      } catch {
        await sleep(1);
      }
    }
  } finally {
    child.kill('SIGKILL');
  }
}
