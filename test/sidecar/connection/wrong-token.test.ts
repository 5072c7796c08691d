import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECRET } from '#common/cluster/objects.ts';
import { type Bench, reasonIn, startBench } from './bench.ts';

const MINUTE_MS = 60_000;
const JOURNAL = { kind: SECRET, namespace: 'compass-system', name: 'compass-connection-journal' };
const ANOTHER_TENANT = '11111111-1111-4111-8111-111111111111';

const revoked = ({ simulator }: Bench) => simulator.certificates.list().map((certificate) => certificate.revoked);
const commonName = async (pass: ReturnType<Bench['start']>) => (await pass()).connection?.credential.commonName;

/** Paired once; what carries the connection on. */
async function paired(bench: Bench) {
  await bench.configure();
  const pass = bench.start();
  assert.equal((await pass()).did, 'paired');
  return pass;
}

test('I2: a reconnect with the token of another tenant replaces and revokes nothing, and says so', async (t) => {
  const bench = await startBench(t);
  const pass = await paired(bench);
  const before = await bench.clientSecret();
  const { id } = bench.simulator.landscape.createRuntime({ tenant: ANOTHER_TENANT });
  await bench.configure({ TOKEN: bench.simulator.requestToken(id).token });
  const again = await pass({ isReconnectAskedFor: true });
  assert.deepEqual([again.did, again.token, reasonIn(again)], [undefined, 'spent', undefined]);
  assert.equal(again.reconnectError?.reason, 'TokenRequired');
  assert.match(again.reconnectError.message, /not that of the Runtime .*request a new one-time token/);
  const later = await pass({ isReconnectAskedFor: true });
  assert.match(
    later.reconnectError?.message ?? '',
    /is spent \(.*not that of the Runtime .*; the present connection serves on; /,
  );
  bench.clock.advance(5 * MINUTE_MS + 1);
  assert.equal(reasonIn(await pass({ isReconnectAskedFor: true })), undefined);
  assert.deepEqual(revoked(bench), [false, true]);
  assert.deepEqual((await bench.clientSecret())?.data, before?.data);
  assert.equal(await bench.cluster.find(JOURNAL), undefined);
  await bench.configure();
  assert.equal((await pass({ isReconnectAskedFor: true })).did, 'paired');
});

test('K26: a reconnect to another Runtime, whose id stands in the configuration, pairs', async (t) => {
  const bench = await startBench(t);
  const pass = await paired(bench);
  const { id } = bench.simulator.landscape.createRuntime({ tenant: ANOTHER_TENANT });
  const { token: TOKEN, clientId } = bench.simulator.requestToken(id);
  await bench.configure({ TOKEN, RUNTIME_ID: id, TENANT: ANOTHER_TENANT });
  assert.equal((await pass({ isReconnectAskedFor: true })).did, 'paired');
  assert.equal(await commonName(pass), clientId);
});

test('N5: a new pair that is refused for a tenant that the old one is refused for as well waits until that is corrected', async (t) => {
  const bench = await startBench(t);
  const pass = await paired(bench);
  const before = await bench.clientSecret();
  const TOKEN = await bench.configure({ TENANT: ANOTHER_TENANT });
  const waiting = await pass({ isReconnectAskedFor: true });
  assert.deepEqual([waiting.did, waiting.reconnectError?.reason], [undefined, 'TenantMismatch']);
  assert.deepEqual((await bench.clientSecret())?.data, before?.data);
  await bench.configure({ TOKEN });
  bench.clock.advance(MINUTE_MS);
  assert.equal((await pass({ isReconnectAskedFor: true })).did, 'paired');
  assert.equal(bench.count('connector', 'signCertificateSigningRequest'), 2);
});
