// What must hold during every attack: the services live, their memory has a bound, healthy clients are served.
import { Worker } from 'node:worker_threads';

const MiB = 2 ** 20;

/**
 * How much a service may grow under any attack: 256 MiB of bodies under way, 256 MiB of requests that
 * wait for the disk (`limits.queued_bytes`), 64 KiB for each of 1,024 connections (64 MiB), and what
 * decoding one message and the allocator hold beside them.
 */
export const growthBound = 768 * MiB;
/** The embedded event engine has caches, merges and queries of its own beside that. */
export const engineGrowthBound = 1024 * MiB;
/** A healthy client waits this long at most, each time (milliseconds), retries after 429 and 503 included. */
const servedWithin = 5000;
const askEvery = 200;
/** The test ends a process that holds more, before the machine suffers. */
const stopAt = 3072 * MiB;
/** Healthy clients: one where the attacks come from, one elsewhere. */
export const attackersAddress = '127.0.0.1';
const addresses = [attackersAddress, '127.0.0.77'];

export class Watch {
  /** Watches services of `support/stage.mjs`. */
  static start(services) {
    const watch = new Watch();
    const clients = services.flatMap(({ healthy }) =>
      healthy.flatMap((client) => addresses.map((localAddress) => ({ ...client, localAddress }))),
    );
    const processes = services.map(({ name, service, bound }) => ({
      name,
      pid: service.process.pid,
      bound,
      stopAt,
    }));
    watch.worker = new Worker(new URL('./watcher.mjs', import.meta.url), {
      workerData: { clients, processes, every: askEvery, within: servedWithin },
    });
    watch.failed = new Promise((resolve, reject) => {
      watch.worker.once('error', reject);
    });
    watch.failed.catch(() => {});
    return watch;
  }

  /** What the attack does from now on. */
  phase(name) {
    this.worker.postMessage({ phase: name });
  }

  /** Ends the watch; { failures, served, slowest, peaks }. */
  async end() {
    const told = new Promise((resolve) => {
      this.worker.once('message', resolve);
    });
    this.worker.postMessage({ stop: true });
    const state = await Promise.race([told, this.failed]);
    if (state.served === 0) state.failures.push('no healthy client was ever served');
    return state;
  }
}
