import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { NAMESPACE } from '#common/cluster/objects.ts';
import type { Transport } from '#common/compass/endpoint.ts';
import { hashToken } from '#common/compass/token.ts';
import { CompassError, type Reason } from '#common/errors.ts';
import { Sensitive } from '#common/sensitive.ts';
import { CompassTime } from '../../../sidecar/connection/compass-time.ts';
import type { Configuration } from '../../../sidecar/connection/configuration.ts';
import type { ConnectionContext } from '../../../sidecar/connection/context.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import { establish } from '../../../sidecar/connection/establish.ts';
import type { Journal } from '../../../sidecar/connection/journal.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { Preflight } from '../../../sidecar/connection/preflight.ts';
import { freshState, type TokenRecord } from '../../../sidecar/connection/state.ts';
import { Steps } from '../../../sidecar/connection/steps.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { sharedRsaKey } from '../../common/pki/authority.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { ManualClock } from '../manual-clock.ts';
import { CONFIGURED, ISSUED, memoryContext, PREPARED } from './memory-context.ts';

const SIGNING = 'signCertificateSigningRequest';
const isA = (reason: Reason, message = /./) => {
  return (error: unknown) => error instanceof CompassError && error.reason === reason && message.test(error.message);
};

const configured = (hash?: string): Configuration => ({
  ...{ connectorUrl: 'https://connector.example/graphql', runtimeId: 'r', tenant: undefined },
  token: hash === undefined ? undefined : { value: new Sensitive('secret'), hash },
});

const down = () => Promise.reject(new CompassError('ClusterUnreachable', 'no way there'));
/** No token leaves where the cluster is out of reach. */
const UNREACHABLE = { find: down, post: down, create: down, mergePatch: down } as unknown as Cluster;

interface Given {
  readonly journal?: Journal;
  /** Hash of the token in the configuration. */
  readonly token?: string;
  readonly lastError?: unknown;
  readonly record?: TokenRecord;
  readonly parts?: Partial<ConnectionContext>;
}

/** What a pairing does with what it finds, where the cluster lets nothing new begin. */
async function found({ journal, token, lastError, record, parts }: Given) {
  const { context } = memoryContext({ cluster: UNREACHABLE, ...parts });
  if (journal) await context.journal.write(journal);
  if (record && token !== undefined) await context.state.write({ ...freshState(), tokens: { [token]: record } });
  const running = establish(context, configured(token), { preflight: new Preflight(context), lastError });
  const [result] = await Promise.allSettled([running]);
  const kept = context.journal.value;
  if (result.status === 'fulfilled') return { issued: result.value, kept };
  assert.ok(result.reason instanceof CompassError, String(result.reason));
  return { reason: result.reason.reason, message: result.reason.message, kept };
}

const error = (reason: Reason) => new CompassError(reason, 'it failed so');
const trying: TokenRecord = { outcome: 'trying', tries: 1, firstTriedAt: 1, mayHaveLeft: false };

test('a first pairing needs a token', async () => {
  const { reason, message } = await found({});
  assert.deepEqual([reason, message?.split(';')[0]], ['TokenRequired', 'there is no TOKEN in the configuration']);
  assert.equal((await found({ token: 'hash' })).reason, 'ClusterUnreachable');
});

test('a pairing is gone on with where it stands, and needs no token once it has left', async () => {
  for (const journal of [CONFIGURED, ISSUED]) {
    for (const token of ['hash', 'newer', undefined]) {
      assert.equal((await found({ journal, ...(token === undefined ? {} : { token }) })).kept, journal);
    }
  }
  assert.equal((await found({ journal: ISSUED })).issued, ISSUED);
  assert.equal((await found({ journal: PREPARED, token: 'hash' })).kept, PREPARED);
});

test('a journal of a renewal is dropped, and so is one whose token has not left and was replaced', async () => {
  for (const journal of [CONFIGURED, ISSUED]) {
    const { kept, reason } = await found({ journal: { ...journal, purpose: 'renew' }, token: 'hash' });
    assert.deepEqual([kept, reason], [undefined, 'ClusterUnreachable']);
  }
  for (const [token, reason] of [
    ['newer', 'ClusterUnreachable'],
    [undefined, 'TokenRequired'],
  ] as const) {
    const after = await found({ journal: PREPARED, ...(token === undefined ? {} : { token }) });
    assert.deepEqual([after.kept, after.reason], [undefined, reason]);
  }
});

test('a pairing that failed gives way to a newer token, unless there is none that can give something', async () => {
  const lastError = error('CompassUnavailable');
  assert.equal((await found({ journal: CONFIGURED, token: 'newer', lastError })).kept, undefined);
  assert.equal((await found({ journal: CONFIGURED, token: 'newer', lastError, record: trying })).kept, undefined);
  const used = { ...trying, outcome: 'used' } as const;
  assert.equal((await found({ journal: CONFIGURED, token: 'newer', lastError, record: used })).kept, CONFIGURED);
  assert.equal((await found({ journal: CONFIGURED, token: 'hash', lastError })).kept, CONFIGURED);
  assert.equal((await found({ journal: CONFIGURED, lastError })).kept, CONFIGURED);
});

test('a new pair gives way to a newer token where Compass refuses it, and not where it could not be asked', async () => {
  for (const reason of [
    ...(['TenantMismatch', 'InsufficientScopes', 'RuntimeNotFound'] as const),
    ...(['Rejected', 'CertificateExpired', 'InvalidCredential'] as const),
  ]) {
    const { kept } = await found({ journal: ISSUED, token: 'newer', lastError: error(reason) });
    assert.equal(kept, undefined, reason);
  }
  for (const lastError of [error('CompassUnavailable'), error('ClusterForbidden'), undefined]) {
    assert.equal((await found({ journal: ISSUED, token: 'newer', lastError })).issued, ISSUED);
  }
});

test('R1: without a Lease what another replica has begun is left alone, but a pair that it was given is put to use', async () => {
  const parts = { worksAlone: () => true };
  const own = { ...CONFIGURED, holder: 'pod-a' };
  assert.equal((await found({ journal: own, parts })).reason, 'ClusterUnreachable');
  for (const [holder, whose] of [
    ['pod-b', 'pod-b'],
    [undefined, 'of an older version'],
  ] as const) {
    for (const journal of [PREPARED, CONFIGURED]) {
      const begun: Journal = holder === undefined ? journal : { ...journal, holder };
      const { kept, reason, message } = await found({ journal: begun, token: 'hash', parts });
      assert.deepEqual([kept, reason], [begun, 'ClusterForbidden']);
      assert.match(
        message ?? '',
        new RegExp(`^another replica \\(${whose}\\) has begun a pairing, and without the right`),
      );
    }
  }
  assert.equal((await found({ journal: ISSUED, parts })).issued, ISSUED);
});

test('what another replica has stored since is what a pairing goes on with, and steps of an earlier try are not shown', async () => {
  const document = memoryDocument<Journal>();
  const { context } = memoryContext({ journal: new DocumentStore(document) });
  await context.journal.write(CONFIGURED);
  await document.write(ISSUED, undefined);
  context.steps.ok('store', 'of an earlier try');
  const preflight = new Preflight(context);
  assert.equal(await establish(context, configured(), { preflight, lastError: undefined }), ISSUED);
  assert.deepEqual(
    context.steps.observed?.map(({ step }) => step),
    ['key'],
  );
});

/** With a Compass and a cluster. */
async function start(t: TestContext) {
  const { cluster } = await startTestCluster(t);
  for (const name of ['compass-system', 'istio-system']) {
    await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const simulator = await startSimulator();
  t.after(() => simulator[Symbol.asyncDispose]());
  const clock = new ManualClock(Date.now());
  const targets: string[] = [];
  const transport: Transport = { extraRoots: [simulator.caPem], observe: ({ target }) => void targets.push(target) };
  const parts = { clock, cluster, transport, compassTime: new CompassTime(clock), steps: new Steps(clock) };
  const { context: given } = memoryContext(parts);
  const context = { ...given, config: { ...given.config, keySize: 2048 } };
  const value = new Sensitive(simulator.requestToken().token);
  const configuration: Configuration = {
    ...{ connectorUrl: simulator.urls.connector, runtimeId: simulator.runtimeId, tenant: simulator.tenant },
    token: { value, hash: hashToken(value) },
  };
  const { pem } = await sharedRsaKey();
  await context.journal.write({ ...PREPARED, key: new Sensitive(pem), tokenHash: hashToken(value) });
  const run = (lastError?: unknown) =>
    establish(context, configuration, { preflight: new Preflight(context), lastError });
  const preflight = () => context.steps.observed?.find(({ step }) => step === 'preflight')?.message;
  const record = () => context.state.value?.tokens[hashToken(value)];
  return { simulator, context, run, preflight, record, targets };
}

test('before a token leaves all is tried that can be, before the second one signs only what may have changed', async (t) => {
  const { simulator, context, run, preflight, record } = await start(t);
  simulator.faults.add({ operation: SIGNING, when: 'beforeConsumption', status: 503 });
  await assert.rejects(run(), isA('CompassUnavailable'));
  assert.match(preflight() ?? '', /^rights, writes, the way to the Connector and the clocks/);
  assert.deepEqual([record()?.outcome, record()?.secondTries], ['trying', 1]);
  simulator.faults.clear();
  const issued = await run(error('CompassUnavailable'));
  assert.equal(preflight(), 'it can');
  assert.equal(context.journal.value, issued);
  await run();
  assert.equal(preflight(), undefined);
});

test('what becomes of a token is remembered: refused, it may have been sent by the process before', async (t) => {
  const { simulator, context, run, record } = await start(t);
  simulator.switches.tokenDatabaseDown = true;
  await assert.rejects(run(), isA('TokenRequired', /its answer was lost/));
  assert.deepEqual([record()?.outcome, record()?.tries, record()?.mayHaveLeft], ['trying', 1, true]);
  assert.equal(context.journal.value?.phase, 'prepared');
});

test('a pairing that nobody had begun is one', async (t) => {
  const { context, run, targets } = await start(t);
  await context.journal.remove();
  assert.deepEqual([(await run()).purpose, context.journal.value?.purpose], ['pair', 'pair']);
  assert.deepEqual(new Set(targets), new Set(['connector']));
});
