import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { LEASE } from '#common/cluster/objects.ts';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { until } from '../cluster/until.ts';
import { commandsOf, startReader } from './readme-commands.ts';
import { CONFIGURATION, startWorld, type World } from './world.ts';

const LEASE_OF_SIDECAR = { kind: LEASE, namespace: 'compass-system', name: 'compass-connection-lease' };

/** A world with a sidecar that is at work: nobody stores a token for one that is not there. */
async function startWithSidecar(t: TestContext): Promise<World> {
  const world = await startWorld(t);
  world.start();
  await until('the sidecar works', async () => (await world.cluster.cluster.find(LEASE_OF_SIDECAR)) !== undefined);
  return world;
}

test("the README's quick start connects a cluster that has a sidecar", { skip: NO_KUBECTL }, async (t) => {
  const world = await startWithSidecar(t);
  const reader = await startReader(t, {
    KUBECONFIG: world.cluster.kubeconfigPath,
    NODE_EXTRA_CA_CERTS: world.caFile,
    RUNTIME_ID: world.simulator.runtimeId,
  });
  const [install, connect, status] = await commandsOf('README.md', '\n## Quick start');
  assert.ok(install && connect && status);
  // There is no kubelet here that would start what it installs: that is test/journeys/install.test.ts.
  await reader.run(`${install} --dry-run=server`);
  await reader.write('token.txt', world.simulator.requestToken().rawEncoded);
  assert.match((await reader.run(connect)).stdout, /^connected compass-connection/);
  assert.match((await reader.run(status)).stdout, /^\S+ Healthy/);
});

test("the documents' lines that configure and reconnect a cluster do what they say", {
  skip: NO_KUBECTL,
}, async (t) => {
  const world = await startWithSidecar(t);
  const { simulator, cluster, caFile } = world;
  const reader = await startReader(t, {
    KUBECONFIG: cluster.kubeconfigPath,
    NODE_EXTRA_CA_CERTS: caFile,
    CONNECTOR_URL: simulator.urls.connector,
    RUNTIME_ID: simulator.runtimeId,
    TENANT: simulator.tenant,
    DIRECTOR_URL: simulator.urls.directorAdmin,
  });
  const [configure] = (await commandsOf('README.md', '\n## Use it in a cluster')).filter((line) =>
    line.includes(' compass connect '),
  );
  const [reconnect, withStoredToken, withLogin] = await commandsOf('docs/connect.md', '# Connect anew');
  assert.ok(configure && reconnect && withStoredToken && withLogin);

  await reader.write('token.txt', simulator.requestToken().token);
  const { stdout } = await reader.run(configure);
  assert.match(stdout, /^connected compass-connection/);
  assert.equal(simulator.certificates.list().length, 1);
  const stored = await world.secret(CONFIGURATION.namespace, CONFIGURATION.name);
  assert.equal(stored?.['RUNTIME_ID'], simulator.runtimeId);

  await reader.write('new-token.txt', simulator.requestToken().token);
  await reader.run(reconnect);
  assert.equal(simulator.certificates.list().length, 2);

  await world.configure();
  await reader.run(withStoredToken);
  await world.reaches('Synchronized');
  assert.equal(simulator.certificates.list().length, 3);

  await reader.write('login.txt', `Bearer ${simulator.adminToken}\n`);
  await reader.run(withLogin);
  assert.equal(simulator.certificates.list().length, 4);
});
