import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import type { Transport } from '#common/compass/endpoint.ts';
import { hashToken } from '#common/compass/token.ts';
import { CompassError, type Reason } from '#common/errors.ts';
import { readStored } from '#common/pki/certificate.ts';
import { Sensitive } from '#common/sensitive.ts';
import { CompassTime } from '../../../sidecar/connection/compass-time.ts';
import { type Installation, installPair } from '../../../sidecar/connection/install-pair.ts';
import { issue } from '../../../sidecar/connection/issue.ts';
import type { IssuedJournal } from '../../../sidecar/connection/journal.ts';
import type { Connection } from '../../../sidecar/connection/maintain.ts';
import { freshState } from '../../../sidecar/connection/state.ts';
import { Steps } from '../../../sidecar/connection/steps.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { issue as issueByHand, issueRoot, sharedRsaKey } from '../../common/pki/authority.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { ManualClock } from '../manual-clock.ts';
import { memoryContext, PREPARED } from './memory-context.ts';

const DAY_MS = 24 * 3_600_000;
const CLIENT = { kind: SECRET, namespace: 'compass-system', name: 'cluster-client-certificates' };
const ANOTHER_TENANT = '11111111-1111-4111-8111-111111111111';
const isA = (reason: Reason, message = /./) => {
  return (error: unknown) => error instanceof CompassError && error.reason === reason && message.test(error.message);
};

/** A Compass that has issued a pair, which waits in the journal. */
async function start(t: TestContext) {
  const { cluster } = await startTestCluster(t);
  for (const name of ['compass-system', 'istio-system']) {
    await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const simulator = await startSimulator();
  t.after(() => simulator[Symbol.asyncDispose]());
  // Not behind what is issued in the seconds that the test takes.
  const clock = new ManualClock(Date.now() + 60_000);
  const targets: string[] = [];
  const transport: Transport = { extraRoots: [simulator.caPem], observe: ({ target }) => void targets.push(target) };
  const parts = { clock, cluster, transport, compassTime: new CompassTime(clock), steps: new Steps(clock) };
  const { context } = memoryContext(parts);
  const { pem } = await sharedRsaKey();
  const { runtimeId, tenant } = simulator;
  const trustAnchorUrl = simulator.urls.connector;
  const pair = async (forRuntime = runtimeId): Promise<IssuedJournal> => {
    const value = new Sensitive(simulator.requestToken(forRuntime).token);
    const token = { value, hash: hashToken(value) };
    const endpoint = { url: trustAnchorUrl, target: 'connector', runtimeId } as const;
    const epoch = (await context.state.load())?.epoch ?? 0;
    const begun = { ...PREPARED, epoch, startedAt: 7, key: new Sensitive(pem), tokenHash: token.hash };
    await context.journal.remove();
    return issue(context, { purpose: 'pair', endpoint, token, connectorUrl: trustAnchorUrl }, begun);
  };
  const journal = await pair();
  const installation: Installation = {
    ...{ journal, identity: { runtimeId, tenant }, trustAnchorUrl, serving: undefined },
    renewAt: ({ notAfter }) => notAfter - DAY_MS,
  };
  const connectionOf = ({ leaf, chain, key, urls }: IssuedJournal): Connection => {
    const credential = readStored({ crt: leaf, key: key.reveal(), crtChain: chain }, Date.now());
    return { credential, urls, runtimeId, tenant, trustAnchorUrl };
  };
  const stored = async () => {
    const data = (await cluster.find<Secret>(CLIENT))?.data;
    return data && Object.fromEntries(Object.entries(data).map(([key, value]) => [key, atob(value)]));
  };
  const said = (step: string) => {
    const seen = context.steps.observed?.find((one) => one.step === step);
    return `${seen?.status}: ${seen?.message}`;
  };
  return { cluster, simulator, clock, context, journal, pair, installation, connectionOf, stored, said, targets };
}

/** Stored, and nothing waits any more. */
const pairIn = ({ leaf, key, chain }: IssuedJournal) => ({ crt: leaf, key: key.reveal(), crtChain: chain });

test('a new pair is proven, stored and remembered, and its journal goes last', async (t) => {
  const { clock, context, journal, installation, connectionOf, stored, said, simulator } = await start(t);
  const disconnected = { id: 'a', since: 1, purge: false };
  await context.state.write({ ...freshState(), disconnected, reconnectPending: true, renewed: 3, epoch: 2 });
  assert.deepEqual(await installPair(context, installation), connectionOf(journal));
  assert.deepEqual(await stored(), pairIn(journal));
  assert.equal(context.journal.value, undefined);
  const { tokens, fingerprintKey: _key, ...state } = context.state.value ?? assert.fail('there is no state');
  assert.deepEqual(state, {
    ...{ registered: false, reconnectPending: false, disconnected: undefined, epoch: 3, renewed: 3 },
    ...{ urls: journal.urls, runtimeId: simulator.runtimeId, tenant: simulator.tenant },
    ...{ established: clock.now(), acquired: clock.now() },
  });
  assert.deepEqual(tokens, {
    [journal.tokenHash ?? '']: { outcome: 'used', tries: 1, firstTriedAt: 7, mayHaveLeft: true },
  });
  assert.equal(said('prove'), 'ok: the Director accepts it');
  assert.equal(said('store'), 'ok: secret compass-system/cluster-client-certificates');
});

test('a token that was tried before keeps when that was, and a tenant that nobody names is not made up', async (t) => {
  const { context, journal, installation } = await start(t);
  const hash = journal.tokenHash ?? '';
  const tokens = { [hash]: { outcome: 'trying', tries: 2, firstTriedAt: 5, mayHaveLeft: false } } as const;
  await context.state.write({ ...freshState(), tokens });
  const identity = { ...installation.identity, tenant: undefined };
  await installPair(context, { ...installation, identity });
  assert.deepEqual(context.state.value?.tokens, {
    [hash]: { outcome: 'used', tries: 3, firstTriedAt: 5, mayHaveLeft: true },
  });
  assert.equal('tenant' in context.state.value, false);
});

test('a renewal says nothing of tokens, and leaves a disconnect and a reconnect that are asked for', async (t) => {
  const { clock, context, journal, installation, connectionOf, stored } = await start(t);
  const { tokenHash: _hash, ...renewed } = { ...journal, purpose: 'renew' as const };
  await context.state.write({ ...freshState(), reconnectPending: true, established: 1 });
  await installPair(context, { ...installation, journal: renewed, serving: connectionOf(journal) });
  const { tokens, reconnectPending, established, acquired, renewed: renewedAt } = context.state.value ?? {};
  assert.deepEqual([tokens, reconnectPending, established], [{}, true, 1]);
  assert.deepEqual([acquired, renewedAt], [clock.now(), clock.now()]);
  assert.deepEqual(await stored(), pairIn(journal));
});

test('S17: the pair of another identity that is replaced is kept, to be revoked', async (t) => {
  const { context, installation, pair, journal, connectionOf } = await start(t);
  await installPair(context, installation);
  const superseded = () => context.state.value?.superseded?.map(({ fingerprint }) => fingerprint);
  assert.equal(superseded(), undefined);
  const next = await pair();
  const serving = connectionOf(journal);
  await installPair(context, { ...installation, journal: next, serving });
  assert.deepEqual(superseded(), [serving.credential.fingerprint]);
});

test('I2: what the Director has not proven is stored when it is old, and nothing else works', async (t) => {
  const { clock, context, journal, installation, connectionOf, stored, said, simulator } = await start(t);
  const fault = simulator.faults.add({ target: 'director', status: 503 });
  const old = connectionOf(journal).credential.notAfter - DAY_MS;
  clock.advance(old - clock.now() - 1);
  await assert.rejects(installPair(context, installation), isA('CompassUnavailable'));
  assert.deepEqual([await stored(), context.journal.value], [undefined, journal]);
  clock.advance(1);
  const serving = connectionOf(journal);
  await assert.rejects(installPair(context, { ...installation, serving }), isA('CompassUnavailable'));
  assert.equal(await stored(), undefined);
  simulator.faults.remove(fault);
  simulator.revokeCertificates();
  await assert.rejects(installPair(context, installation), isA('Rejected'));
  assert.deepEqual([await stored(), context.journal.value], [undefined, journal]);
  simulator.faults.add({ target: 'director', status: 503 });
  await installPair(context, installation);
  assert.deepEqual(await stored(), pairIn(journal));
  assert.match(said('prove'), /^ok: the Director cannot be reached; it is stored unproven$/);
});

test('I2: a pair that Compass takes for expired is not stored, however old it is', async (t) => {
  const { clock, context, journal, installation, connectionOf, stored, simulator } = await start(t);
  const { notAfter } = connectionOf(journal).credential;
  clock.advance(notAfter - DAY_MS - clock.now());
  simulator.faults.add({ target: 'director', cut: true });
  // By this clock it has ended, which a connection that is cut is put down to.
  const transport = { ...context.transport, clock: new ManualClock(notAfter) };
  await assert.rejects(installPair({ ...context, transport }, installation), isA('CertificateExpired'));
  assert.deepEqual([await stored(), context.journal.value], [undefined, journal]);
});

test('I2: only the Runtime itself proves a pair that replaces one of its own; a renewal is of the same identity', async (t) => {
  const { context, journal, installation, pair, connectionOf, stored, simulator } = await start(t);
  const { id } = simulator.landscape.createRuntime({ tenant: ANOTHER_TENANT });
  const strangers = await pair(id);
  const serving = connectionOf(journal);
  const replacement = { ...installation, journal: strangers, serving };
  await assert.rejects(installPair(context, replacement), isA('TokenRequired', /is not that of the Runtime/));
  assert.equal(await stored(), undefined);
  const anew = await pair(id);
  await installPair(context, { ...replacement, journal: { ...anew, purpose: 'renew' } });
  assert.deepEqual(await stored(), pairIn(anew));
});

/** The pair that waits is one that Compass has not issued, with its end so far from now. */
async function waiting(t: TestContext, endsInMs: number) {
  const parts = await start(t);
  const { context, journal, clock } = parts;
  const dates = { notBefore: clock.now() - 9 * DAY_MS, notAfter: clock.now() + endsInMs };
  const { keys } = await sharedRsaKey();
  const { pem } = await issueByHand({ subject: 'CN=x', issuer: await issueRoot('ca', dates), keys, ...dates });
  const old = { ...journal, leaf: pem, chain: pem };
  await context.journal.write(old);
  const record = () => context.state.value?.tokens[journal.tokenHash ?? ''];
  return { ...parts, old, installation: { ...parts.installation, journal: old }, record };
}

test('X1: a pair that waited until it expired is dropped with its token, once Compass has said what time it is', async (t) => {
  const { context, installation, old, record, targets, stored } = await waiting(t, -DAY_MS);
  targets.length = 0;
  const unreachable = { ...installation, trustAnchorUrl: 'https://localhost:1/connector/graphql' };
  await assert.rejects(installPair(context, unreachable), isA('CompassUnreachable'));
  assert.deepEqual([context.journal.value, record()], [old, undefined]);
  await assert.rejects(installPair(context, installation), isA('CertificateExpired'));
  assert.deepEqual([context.journal.value, record()?.outcome, await stored()], [undefined, 'spent', undefined]);
  assert.match(record()?.message ?? '', /the client certificate has expired since/);
  assert.deepEqual(targets, ['connector', 'connector']);
});

test('X1: what time it is at Compass is not asked again where it is known', async (t) => {
  const { context, installation, record, simulator } = await waiting(t, -DAY_MS);
  context.compassTime.observe(0);
  const asked = simulator.requests.list().length;
  await assert.rejects(installPair(context, installation), isA('CertificateExpired'));
  assert.deepEqual([context.journal.value, record()?.outcome], [undefined, 'spent']);
  assert.equal(simulator.requests.list().length, asked);
});

test('X1: an answer that does not say what time it is costs nobody a pair', async (t) => {
  const { context, installation, old, record, simulator } = await waiting(t, -DAY_MS);
  simulator.faults.add({
    target: 'connector',
    status: 200,
    body: { data: { __typename: 'Query' } },
    headers: { Date: 'some day' },
  });
  await assert.rejects(installPair(context, installation), isA('CertificateExpired'));
  assert.deepEqual([context.journal.value, record()], [old, undefined]);
});

test('X1: a pair that has expired by our own clock alone is put to use', async (t) => {
  const { context, installation, clock, simulator, stored } = await start(t);
  clock.advance(365 * DAY_MS);
  simulator.switches.dateSkewSeconds = (-365 * DAY_MS) / 1_000;
  await installPair(context, installation);
  assert.deepEqual(await stored(), pairIn(installation.journal));
});

test('a pair that cannot be read is dropped, and Compass is not asked what time it is', async (t) => {
  const { context, installation, record, simulator } = await waiting(t, DAY_MS);
  const asked = simulator.requests.list().length;
  const journal = { ...installation.journal, leaf: 'no PEM', chain: 'no PEM' };
  await assert.rejects(installPair(context, { ...installation, journal }), isA('InvalidCredential'));
  assert.deepEqual([context.journal.value, record()?.outcome], [undefined, 'spent']);
  assert.equal(simulator.requests.list().length, asked);
});

test('the CA of Compass goes where gateways look for it', async (t) => {
  const { context, cluster, installation, journal } = await start(t);
  await installPair(context, installation);
  const { namespace, name } = context.config.caSecret;
  const roots = await cluster.get<Secret>({ kind: SECRET, namespace, name });
  assert.equal(atob(roots.data?.['cacert'] ?? '').trim(), journal.ca.trim());
});
