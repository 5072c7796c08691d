import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { CA, CLIENT, startWorld } from './world.ts';

test('a token in the configuration Secret becomes a certificate, Secrets and a synchronized CompassConnection', async (t) => {
  const world = await startWorld(t);
  const token = await world.configure();
  const sidecar = world.start();
  const connection = await world.reaches('Synchronized');

  const { connectorMtls, director } = world.simulator.urls;
  assert.deepEqual(connection.spec.managementInfo, { connectorUrl: connectorMtls, directorUrl: director });
  const client = await world.secret(CLIENT.namespace, CLIENT.name);
  const leaf = new X509Certificate(client?.['crt'] ?? '');
  assert.ok(leaf.checkPrivateKey(createPrivateKey(client?.['key'] ?? '')));
  assert.match(client?.['key'] ?? '', /^-----BEGIN RSA PRIVATE KEY-----/);
  assert.ok(client?.['crtChain']?.startsWith(client['crt'] ?? '?'));
  const ca = await world.secret(CA.namespace, CA.name);
  assert.ok(new X509Certificate(ca?.['cacert'] ?? '').ca);
  const { certificateStatus } = connection.status?.connectionStatus ?? { certificateStatus: {} };
  assert.equal(Date.parse(certificateStatus.notAfter ?? ''), leaf.validToDate.getTime());

  assert.equal(await sidecar.stop(), 0);
  assert.ok(!sidecar.output().includes(token), 'the token stands in the log');
});
