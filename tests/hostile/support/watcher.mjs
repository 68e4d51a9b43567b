// Runs in a thread of its own, beside the attack: healthy clients, and the memory of the attacked processes.
// A thread, because an attacker that keeps its own event loop busy must not make these clients look slow.
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

const { clients, processes, every, within } = workerData;
const state = { failures: [], served: 0, retries: 0, slowest: 0, peaks: {}, phases: [] };
/** What `Retry-After: 1` asks for (milliseconds). */
const retryAfter = 1000;
const slack = 16 * 2 ** 20;
const mebi = (bytes) => Math.round(bytes / 2 ** 20);
let stopping = false;
let phase;
/** Notes a failure, with what the attack was doing. */
const say = (what) => {
  state.failures.push(phase ? `${phase}: ${what}` : what);
};

/** One small request; what is wrong with its answer, or null. */
function ask({ port, request, statuses, localAddress }, most) {
  return new Promise((resolve) => {
    const sent = http.request(
      { host: '127.0.0.1', port, localAddress, agent: false, ...request },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (text) => {
          body += text;
        });
        answer.on('end', () =>
          finish(
            statuses.includes(answer.statusCode)
              ? null
              : `answered ${answer.statusCode} ${body.slice(0, 150)}`,
          ),
        );
        answer.on('error', (error) => finish(error.message));
      },
    );
    const timer = setTimeout(() => finish(`not served within ${within} ms`), most);
    const finish = (wrong) => {
      clearTimeout(timer);
      sent.destroy();
      resolve(wrong);
    };
    sent.on('error', (error) => finish(error.message));
    sent.end(request.body);
  });
}

/** As a real sender: tries again when it is told that the service is busy, for as long as it may take. */
async function beServed(client) {
  const deadline = Date.now() + within;
  for (;;) {
    const wrong = await ask(client, deadline - Date.now());
    if (!/^answered (429|503)/.test(wrong) || Date.now() + retryAfter > deadline) return wrong;
    state.retries += 1;
    await sleep(retryAfter);
  }
}

async function visit(client) {
  while (!stopping) {
    const begun = Date.now();
    const wrong = await beServed(client);
    const took = Date.now() - begun;
    state.slowest = Math.max(state.slowest, took);
    if (wrong === null) state.served += 1;
    else if (!stopping) {
      say(`healthy client of ${client.name} from ${client.localAddress}: ${wrong}`);
    }
    await sleep(Math.max(20, every - took));
  }
}

/** Peak and present memory in bytes; null when the process is gone. */
function memory(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const read = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)[1]) * 1024;
    return { peak: read('VmHWM'), now: read('VmRSS') };
  } catch {
    return null;
  }
}

function resetPeak(pid) {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    /* a kernel without it, or a process that is gone: the peak since the start counts */
  }
}

function judge(each) {
  const found = memory(each.pid);
  if (!found) return null;
  const known = state.peaks[each.name];
  known.peak = Math.max(known.peak, found.peak);
  const grown = found.peak - known.base;
  // What an earlier phase left is not this one's doing.
  if (grown > each.bound && found.peak > each.from + slack && !each.told) {
    each.told = true;
    say(`${each.name} grew by ${mebi(grown)} MiB, above ${mebi(each.bound)} MiB`);
  }
  return found;
}

async function sample(each) {
  resetPeak(each.pid);
  const base = memory(each.pid)?.now ?? 0;
  each.from = base;
  state.peaks[each.name] = { base, peak: base };
  while (!stopping) {
    const found = judge(each);
    if (!found) return say(`${each.name} died`);
    if (found.now > base + each.stopAt) {
      say(`${each.name} held ${mebi(found.now)} MiB: killed by the test`);
      process.kill(each.pid, 'SIGKILL');
      return undefined;
    }
    await sleep(50);
  }
  return undefined;
}

/** What each process held at most since the phase began, above what it held when the attack began. */
function endPhase() {
  if (!phase) return;
  const grown = processes.map((each) => {
    const found = judge(each);
    return [each.name, found ? found.peak - state.peaks[each.name].base : 0];
  });
  state.phases.push({ phase, grown: Object.fromEntries(grown) });
}

function changePhase(name) {
  endPhase();
  for (const each of processes) {
    resetPeak(each.pid);
    each.told = false;
    each.from = memory(each.pid)?.now ?? 0;
  }
  phase = name;
}

const all = Promise.all([...clients.map(visit), ...processes.map(sample)]);
parentPort.on('message', async (message) => {
  if (message.phase) return changePhase(message.phase);
  endPhase();
  stopping = true;
  await all;
  parentPort.postMessage(state);
  parentPort.close();
  return undefined;
});
