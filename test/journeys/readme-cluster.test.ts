import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { commandsOf, startReader } from './readme-commands.ts';
import { CONFIGURATION, startWorld } from './world.ts';

test("the documents' lines that configure and reconnect a cluster do what they say", {
  skip: NO_KUBECTL,
}, async (t) => {
  const world = await startWorld(t);
  const { simulator, cluster, caFile } = world;
  world.start();
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
