import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { CompassTime } from '../../../sidecar/connection/compass-time.ts';
import type { Configuration } from '../../../sidecar/connection/configuration.ts';
import { type CredentialJudgement, CredentialKeeper } from '../../../sidecar/connection/credential.ts';
import { Judging } from '../../../sidecar/connection/judging.ts';
import { freshState, type StoredState } from '../../../sidecar/connection/state.ts';
import { Upkeep } from '../../../sidecar/connection/upkeep.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { issue, issueRoot } from '../../common/pki/authority.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { ManualClock } from '../manual-clock.ts';
import { startBench } from './bench.ts';
import { memoryContext } from './memory-context.ts';

const DAY_MS = 24 * 3_600_000;
const CLIENT = { kind: SECRET, namespace: 'compass-system', name: 'cluster-client-certificates' };
const NOWHERE = 'https://localhost:1/connector/graphql';

/** A certificate that lives a week by the clock of Compass, and a clock of our own, so far ahead of it. */
async function start(t: TestContext, aheadMs: number) {
  const { cluster } = await startTestCluster(t);
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: CLIENT.namespace } });
  const dates = { notBefore: Date.now() - DAY_MS, notAfter: Date.now() + 7 * DAY_MS };
  const issuer = await issueRoot('ca', dates);
  const { pem, keyPem } = await issue({ subject: 'CN=one', issuer, ...dates });
  const { kind: _kind, ...metadata } = CLIENT;
  const data = { crt: btoa(pem), key: btoa(keyPem), crtChain: btoa(pem + issuer.pem) };
  await cluster.create<Secret>(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata, data });
  const simulator = await startSimulator();
  t.after(() => simulator[Symbol.asyncDispose]());
  const clock = new ManualClock(Date.now() + aheadMs);
  const looks: { failing: unknown[] } = { failing: [] };
  const find = (...args: Parameters<Cluster['find']>) => {
    const error = looks.failing.shift();
    return error === undefined ? cluster.find(...args) : Promise.reject(error);
  };
  const targets: string[] = [];
  const { context } = memoryContext({
    cluster: { ...cluster, find } as Cluster,
    clock,
    compassTime: new CompassTime(clock),
    transport: { extraRoots: [simulator.caPem], observe: ({ target }) => void targets.push(target) },
  });
  const judging = new Judging(context, new CredentialKeeper(context), new Upkeep(context, () => 0), () => 0);
  const { connector } = simulator.urls;
  const configured = (connectorUrl = connector): { configuration: Configuration } => ({
    configuration: { connectorUrl, runtimeId: 'r', tenant: undefined, token: undefined },
  });
  const asked = () => simulator.requests.list().length;
  // The skew is measured by the machine's own clock, which is not moved.
  simulator.switches.dateSkewSeconds = -aheadMs / 1_000;
  return { cluster, context, clock, looks, judging, configured, asked, simulator, targets };
}

const found = (judged: CredentialJudgement): string | undefined =>
  judged.usable ? judged.usable.commonName : (judged.error as CompassError).reason;
const missing = { configuration: new CompassError('ConfigurationMissing', 'there is none') };
const stateWith = (parts: Partial<StoredState>): StoredState => ({ ...freshState(), ...parts });

test('a certificate that is in its time is good, and nobody is asked what time it is', async (t) => {
  const { judging, configured, asked } = await start(t, 0);
  assert.deepEqual([found(await judging.run(configured(), freshState())), asked()], ['one', 0]);
});

test('after a disconnect nothing that is stored counts, and nothing comes back out of memory', async (t) => {
  const { judging, configured, cluster } = await start(t, 0);
  await judging.run(configured(), freshState());
  const disconnected = { id: 'a', since: 1, purge: false };
  const judged = await judging.run(configured(), stateWith({ disconnected }));
  assert.deepEqual([found(judged), judged.usable === undefined && judged.isAbsent], ['Disconnected', true]);
  await cluster.delete(CLIENT);
  assert.equal(found(await judging.run(configured(), stateWith({ disconnected }))), 'InvalidCredential');
  assert.equal(found(await judging.run(configured(), freshState())), 'InvalidCredential');
  assert.equal(await cluster.find(CLIENT), undefined);
});

test('X1: a certificate that has expired by our clock is judged by the time at Compass, which is asked for once', async (t) => {
  const { judging, configured, targets } = await start(t, 30 * DAY_MS);
  assert.equal(found(await judging.run(configured(), freshState())), 'one');
  assert.equal(found(await judging.run(configured(), freshState())), 'one');
  assert.deepEqual(targets, ['connector']);
});

test('X1: without a configuration the Connector that the state knows is asked, and without one nobody is', async (t) => {
  const { judging, simulator, asked } = await start(t, 30 * DAY_MS);
  assert.equal(found(await judging.run(missing, freshState())), 'CertificateExpired');
  assert.equal(asked(), 0);
  const urls = { connector: simulator.urls.connector, director: simulator.urls.director };
  assert.equal(found(await judging.run(missing, stateWith({ urls }))), 'one');
});

test('a certificate that has expired at Compass as well has expired, and nobody is asked once more', async (t) => {
  const { judging, configured, asked, simulator, context } = await start(t, 30 * DAY_MS);
  simulator.switches.dateSkewSeconds = 0;
  assert.equal(found(await judging.run(configured(), freshState())), 'CertificateExpired');
  assert.equal(found(await judging.run(configured(), freshState())), 'CertificateExpired');
  assert.deepEqual([asked(), context.compassTime.skewMs === undefined], [1, false]);
});

test('while Compass cannot be reached a certificate has expired, and it is asked again after a wait', async (t) => {
  const { judging, configured, clock, asked } = await start(t, 30 * DAY_MS);
  assert.equal(found(await judging.run(configured(NOWHERE), freshState())), 'CertificateExpired');
  assert.equal(found(await judging.run(configured(), freshState())), 'CertificateExpired');
  assert.equal(asked(), 0);
  clock.advance(500);
  assert.equal(found(await judging.run(configured(), freshState())), 'one');
});

test('waits for the time of Compass grow, and are short again after an answer', async (t) => {
  const { context, configured, clock, simulator } = await start(t, 30 * DAY_MS);
  const judging = new Judging(context, new CredentialKeeper(context), new Upkeep(context, () => 0), () => 1);
  const body = { data: { __typename: 'Query' } };
  const fault = simulator.faults.add({ target: 'connector', status: 200, body, headers: { Date: 'some day' } });
  await judging.run(configured(NOWHERE), freshState());
  clock.advance(1_000);
  await judging.run(configured(), freshState());
  simulator.faults.remove(fault);
  await judging.run(configured(NOWHERE), freshState());
  clock.advance(1_000);
  assert.equal(found(await judging.run(configured(), freshState())), 'one');
});

test('what is no error of Compass or the cluster is not hidden', async (t) => {
  const { judging, configured, looks } = await start(t, 30 * DAY_MS);
  looks.failing = [undefined, new Error('out of memory')];
  await assert.rejects(judging.run(configured(), freshState()), /out of memory/);
});

test('an answer that says no time leaves the doubt, and is asked for again at once', async (t) => {
  const { judging, configured, simulator, asked } = await start(t, 30 * DAY_MS);
  const body = { data: { __typename: 'Query' } };
  const fault = simulator.faults.add({ target: 'connector', status: 200, body, headers: { Date: 'some day' } });
  assert.equal(found(await judging.run(configured(), freshState())), 'CertificateExpired');
  simulator.faults.remove(fault);
  assert.equal(found(await judging.run(configured(), freshState())), 'one');
  assert.equal(asked(), 2);
});

test('a certificate of another connection is not asked about', async (t) => {
  const { judging, configured, cluster, asked } = await start(t, 30 * DAY_MS);
  await cluster.mergePatch(CLIENT, { metadata: { annotations: { 'compass.kyma-project.io/connection': 'another' } } });
  assert.equal(found(await judging.run(configured(), freshState())), 'ForeignObject');
  assert.equal(asked(), 0);
});

test('an old backup that Compass refuses gives way at once to the pair that it accepted', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  const pass = bench.start();
  await pass();
  const backup = (await bench.clientSecret())?.data;
  const renewed = await pass({ isRenewalAskedFor: true });
  assert.equal(renewed.did, 'renewed');
  await pass();
  const accepted = (await bench.clientSecret())?.data;
  const [old] = bench.simulator.certificates.list();
  await fetch(`${bench.simulator.adminUrl}/certificates/${old?.fingerprint}/revoke`, { method: 'POST' });
  await bench.cluster.mergePatch(CLIENT, { data: backup });
  const refused = await pass();
  assert.deepEqual([refused.connection, refused.dueInMs], [undefined, 0]);
  const restored = await pass();
  assert.match(restored.restored ?? '', /held a certificate that Compass refuses/);
  assert.equal(restored.connection?.credential.fingerprint, renewed.connection?.credential.fingerprint);
  assert.deepEqual([restored.error, (await bench.clientSecret())?.data], [undefined, accepted]);
});
