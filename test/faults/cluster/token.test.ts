import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '#common/clock.ts';
import { connectCluster } from '#common/cluster/connect.ts';
import { hasReason } from '#common/errors.ts';
import { until } from '../../cluster/until.ts';
import { kubeconfigWith, newFolder } from '../kubeconfig.ts';
import { row } from '../row.ts';
import { EMBEDDED_ONLY, embedded, pairings } from './steps.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

row(
  'K22',
  'a service account token that rotates is read anew, and no pass fails for it',
  async (world) => {
    const { cluster } = world;
    const account = { namespace: 'compass-system', name: 'sidecar' };
    await cluster.request('POST', '/api/v1/namespaces/compass-system/serviceaccounts', {
      body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account },
    });
    const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'all' };
    const subjects = [{ kind: 'ServiceAccount', ...account }];
    for (const [plural, body] of [
      ['clusterroles', { kind: 'ClusterRole', metadata: { name: 'all' }, rules }],
      ['clusterrolebindings', { kind: 'ClusterRoleBinding', metadata: { name: 'all' }, roleRef, subjects }],
    ] as const) {
      await cluster.request('POST', `${RBAC}/${plural}`, {
        body: { apiVersion: 'rbac.authorization.k8s.io/v1', ...body },
      });
    }
    const tokenFile = join(await newFolder(world), 'token');
    const tokenOf = async () => (await cluster.asServiceAccount(account.namespace, account.name)).token;
    const first = await tokenOf();
    await writeFile(tokenFile, first);
    await world.configure();
    world.here({ KUBECONFIG: await kubeconfigWith(world, { user: { tokenFile } }) });
    await world.reaches('Synchronized');
    await writeFile(tokenFile, await tokenOf());
    embedded(world).revokeToken(first);
    world.simulator.landscape.createApplication({ name: 'orders' });
    await until('an Application is synchronized', () =>
      Promise.resolve(world.witness.applications.some(({ object }) => object.metadata.name === 'orders')),
    );
    const refused = await (await cluster.asToken(first)).request('GET', '/api');
    assert.equal(refused.status, 401, 'the first token is worth nothing');
    assert.doesNotMatch(world.output(), /the pass failed/);
    assert.equal(pairings(world), 1);
  },
  EMBEDDED_ONLY,
);

/** A server that takes one bearer token, and what it was asked with. */
async function refusingServer(t: { after: (end: () => void) => void }, accepted: string) {
  const seen: string[] = [];
  const server = createServer(({ headers }, response) => {
    const token = String(headers.authorization).replace('Bearer ', '');
    seen.push(token);
    const code = token === accepted ? 200 : 401;
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify({ kind: 'Status', code }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('K22: a 401 has the token file read anew once, and a token file is read each minute', async (t) => {
  const folder = await newFolder({ t });
  const [path, tokenFile] = [join(folder, 'kubeconfig'), join(folder, 'token')];
  const { seen, url } = await refusingServer(t, 'second');
  const config = {
    'current-context': 'x',
    contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    clusters: [{ name: 'x', cluster: { server: url } }],
    users: [{ name: 'x', user: { tokenFile } }],
  };
  await writeFile(path, JSON.stringify(config));
  await writeFile(tokenFile, 'first');
  let nowMs = 0;
  const clock = { ...systemClock, monotonicMs: () => nowMs };
  const cluster = await connectCluster({ env: { KUBECONFIG: path }, clock });
  t.after(() => cluster.close());
  const asked = async () => {
    seen.length = 0;
    await cluster.raw('/api').catch((error: unknown) => assert.ok(hasReason(error, 'ClusterUnauthorized')));
    return seen;
  };
  assert.deepEqual(await asked(), ['first', 'first'], 'asked twice, and not for ever');
  await writeFile(tokenFile, 'second');
  assert.deepEqual(await asked(), ['first', 'second']);
  await writeFile(tokenFile, 'third');
  nowMs = 59_000;
  assert.deepEqual(await asked(), ['second']);
  nowMs = 60_000;
  await writeFile(tokenFile, 'second');
  assert.deepEqual(await asked(), ['second']);
  await writeFile(tokenFile, 'fourth');
  nowMs = 120_000;
  assert.deepEqual(await asked(), ['fourth', 'fourth'], 'read before the old one stops to hold');
});
