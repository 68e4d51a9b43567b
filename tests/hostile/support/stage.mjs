// Both services with two projects: 8 is attacked, 20 must stay what it is.
import { setTimeout as sleep } from 'node:timers/promises';
import { Subscriber, alert, page } from '../../system/support/bellwether.mjs';
import { Publisher, toLoopback } from '../../system/support/publisher.mjs';
import { engineGrowthBound, growthBound } from './watch.mjs';

/** The services' `stop_within`, and what a slow machine adds to it. */
const stopWithin = 20_000 + 20_000;
const json = { 'Content-Type': 'application/json' };
const post = (path, body) => ({
  method: 'POST',
  path,
  headers: { ...json, 'Content-Length': Buffer.byteLength(body) },
  body,
});
const event = (token, properties = {}) =>
  JSON.stringify([{ event: 'Healthy', properties: { token, ...properties } }]);

/** The subscriber, with a mirror and an inbox of project 20. `config` is added to its configuration. */
export async function stageSubscriber(t, { config = '', env } = {}) {
  const service = await Subscriber.start(t, { config, env });
  const members = ['ann', 'bob', 'cid'].map((id) => ({ mixpanel_distinct_id: id, plan: 'pro' }));
  await service.sync(page('members', 'first', { ids: members, project: '20', cohort: '1' }));
  const { project_id, ...rest } = alert(77).alert;
  await service.alert({ ...alert(77), alert: { ...rest, project_id: 20 } });
  const message = JSON.stringify(alert(4021));
  const adminPort = Number(service.admin.split(':').at(-1));
  return {
    name: 'subscriber',
    service,
    bound: growthBound,
    adminPort,
    healthy: [
      {
        name: 'subscriber public',
        port: service.port,
        statuses: [200],
        request: post('/mixpanel/alerts', message),
      },
      {
        name: 'subscriber private',
        port: adminPort,
        statuses: [200],
        request: { path: '/v1/cohorts' },
      },
    ],
    sites: [
      site({
        name: 'subscriber public',
        port: service.port,
        target: '/mixpanel/alerts',
        body: message,
        isOk: (body) => body.includes('"success"'),
      }),
      site({
        name: 'subscriber private',
        port: adminPort,
        method: 'GET',
        target: '/v1/cohorts',
        body: '{}',
        isPrivate: true,
        isOk: (body) => body.includes('"data"'),
      }),
    ],
    untouched: async () => ({
      members: await service.get('/v1/cohorts/20/1/members?limit=1000'),
      alerts: await service.get('/v1/alerts?project=20'),
    }),
  };
}

const everyone = { groups: [{ conditions: [{ did: { event: 'Buy' } }] }] };

/** The publisher, with events, a cohort and a report of project 20. */
export async function stagePublisher(t, { config = '', env } = {}) {
  const service = await Publisher.start(t, {
    config: config.includes('[delivery]') ? config : toLoopback + config,
    env,
  });
  await service.apply({
    projects: [
      { id: '8', name: 'Attacked', token: 'token', secret: 'secret' },
      {
        id: '20',
        name: 'Untouched',
        token: 'token-20',
        secret: 'secret-20',
        cohorts: [{ name: 'Buyers', definition: everyone }],
      },
    ],
  });
  await service.import(
    [
      ['Buy', 'ann'],
      ['Buy', 'bob'],
    ],
    { secret: 'secret-20', project: '20' },
  );
  const adminPort = Number(service.admin.split(':').at(-1));
  const {
    data: [cohort],
  } = await service.call('GET', '/v1/cohorts?project=20');
  const dryRun = JSON.stringify({ projects: [] });
  return {
    name: 'publisher',
    service,
    bound: engineGrowthBound,
    adminPort,
    healthy: [
      {
        name: 'publisher public',
        port: service.port,
        statuses: [200],
        request: post('/track', event('token')),
      },
      {
        name: 'publisher private',
        port: adminPort,
        statuses: [200],
        request: { path: '/v1/projects' },
      },
    ],
    sites: [
      site({
        name: 'publisher public',
        port: service.port,
        target: '/track',
        body: event('token', { $insert_id: 'framing', time: 1767323045 }),
        isOk: (body) => body === '1',
      }),
      site({
        name: 'publisher private',
        port: adminPort,
        target: '/v1/apply?dry_run=1',
        body: dryRun,
        isPrivate: true,
        isOk: (body) => body.startsWith('{') && !body.includes('"error"'),
      }),
    ],
    untouched: () => service.call('GET', `/v1/cohorts/${cohort.id}/preview`),
  };
}

/** How to speak to one listener: a request with a body that it answers 200. */
function site({ method = 'POST', isPrivate = false, ...rest }) {
  return { method, isPrivate, ...rest, type: 'Content-Type: application/json' };
}

export const hasEnded = ({ process }) => process.exitCode !== null || process.signalCode !== null;

/** What is wrong with a service after an attack; it is stopped then. */
export async function faultsAfter({ name, service, untouched, healthy }, before) {
  const faults = [];
  if (hasEnded(service)) {
    const { code, signal } = await service.ended;
    return [`${name} ended with ${signal ?? code}: ${service.log.slice(-400)}`];
  }
  const after = await untouched().catch((error) => ({ error: String(error) }));
  if (JSON.stringify(after) !== JSON.stringify(before)) {
    faults.push(
      `${name}: project 20 was ${JSON.stringify(before)} and is ${JSON.stringify(after)}`,
    );
  }
  for (const { name: who, port, request, statuses } of healthy) {
    const { path, ...given } = request;
    const status = await fetch(`http://127.0.0.1:${port}${path}`, given).then(
      (answer) => answer.status,
      String,
    );
    if (!statuses.includes(status)) faults.push(`${who} answers ${status} after the attack`);
  }
  const ended = await Promise.race([service.stop(), sleep(stopWithin, null, { ref: false })]);
  if (ended === null) faults.push(`${name} did not stop within ${stopWithin} ms after SIGTERM`);
  else if (ended.code !== 0)
    faults.push(`${name} ended with ${ended.signal ?? ended.code} after SIGTERM`);
  return faults;
}
