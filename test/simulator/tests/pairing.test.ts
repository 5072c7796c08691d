import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { startSimulator } from '../simulator.ts';
import { call } from './call.ts';
import { configurationOf, configure, pair } from './pair.ts';

test('a token becomes a certificate that the Director accepts', async () => {
  await using simulator = await startSimulator();
  simulator.landscape.createApplication({ name: 'orders' });
  const credential = await pair(simulator);
  const answer = await call(simulator.urls.director, {
    ca: simulator.caPem,
    ...credential,
    query: 'query ($id: ID!) { applicationsForRuntime(runtimeID: $id) { data { name } totalCount } }',
    variables: { id: simulator.runtimeId },
  });
  assert.deepEqual(answer.data, { applicationsForRuntime: { data: [{ name: 'orders' }], totalCount: 1 } });
  assert.equal(new X509Certificate(credential.cert).serialNumber, '02');
});

test('configuration names the subject in the order of today, the algorithm and both URLs', async () => {
  await using simulator = await startSimulator();
  const { token, clientId } = simulator.requestToken();
  const answer = configurationOf(await configure(simulator, token));
  assert.deepEqual(answer.certificateSigningRequestInfo, {
    subject: `O=Sample Organization,OU=Sample Unit,L=Walldorf,ST=Baden,C=DE,CN=${clientId}`,
    keyAlgorithm: 'rsa2048',
  });
  assert.deepEqual(answer.managementPlaneInfo, {
    directorURL: simulator.urls.director,
    certificateSecuredConnectorURL: simulator.urls.connectorMtls,
  });
});
