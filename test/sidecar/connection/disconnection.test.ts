import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError, type Reason } from '#common/errors.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import type { SidecarRequest } from '#common/resources/requests.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { Configuration } from '../../../sidecar/connection/configuration.ts';
import { ConnectionStep } from '../../../sidecar/connection/connection-step.ts';
import type { ConnectionContext } from '../../../sidecar/connection/context.ts';
import { Disconnection } from '../../../sidecar/connection/disconnect.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import type { Journal } from '../../../sidecar/connection/journal.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { freshState, type StoredState } from '../../../sidecar/connection/state.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { CONFIGURED, ISSUED, memoryContext, PREPARED } from './memory-context.ts';

const CLIENT = { kind: SECRET, namespace: 'compass-system', name: 'cluster-client-certificates' };
const INTEGRATION = 'kyma-integration';

const asking = (parameters: SidecarRequest['parameters'] = {}, id = 'one'): SidecarRequest => ({
  ...{ verb: 'disconnect', id, parameters },
});
const configured = (hash?: string): { configuration: Configuration; specUrls: undefined } => ({
  configuration: {
    ...{ connectorUrl: 'https://c.example.com/graphql', runtimeId: 'r', tenant: undefined },
    token: hash === undefined ? undefined : { value: new Sensitive('secret'), hash },
  },
  specUrls: undefined,
});

/** A connection's Secret and documents, without a Compass; what the cluster refuses, by name. */
async function start(t: TestContext, parts: Partial<ConnectionContext> = {}) {
  const { cluster } = await startTestCluster(t, { crds: 'ours' });
  for (const name of [CLIENT.namespace, INTEGRATION]) {
    await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const { kind: _kind, ...metadata } = CLIENT;
  const data = { crt: btoa('a'), key: btoa('b'), crtChain: btoa('c') };
  await cluster.create<Secret>(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata, data });
  const refused = new Map<string, CompassError>();
  const unless = <T>(name: string, work: () => Promise<T>) => {
    const error = refused.get(name);
    return error ? Promise.reject(error) : work();
  };
  const door: Cluster = {
    ...cluster,
    mergePatch: (...args) => unless(args[0].name, () => cluster.mergePatch(...args)),
    delete: (...args) => unless(args[0].name, () => cluster.delete(...args)),
    listPages: (...args) => {
      const error = refused.get(args[0].plural);
      if (error) throw error;
      return cluster.listPages(...args);
    },
  };
  const { context: given, clock } = memoryContext({ cluster: door, ...parts });
  const context = { ...given, config: { ...given.config, integrationNamespace: INTEGRATION } };
  const step = new ConnectionStep(context, () => 0);
  const disconnection = new Disconnection(context, step, () => 0);
  const keys = async () => Object.keys((await cluster.find<Secret>(CLIENT))?.data ?? {});
  const disconnected = () => context.state.value?.disconnected;
  return { cluster, context, clock, refused, step, disconnection, keys, disconnected };
}

const refusal = (reason: Reason) => new CompassError(reason, 'cannot do that: no');

/** An Application that this connection keeps. */
function application(name: string): Application {
  const annotations = { 'compass.kyma-project.io/connection': 'compass-connection' };
  const { apiVersion, kind } = APPLICATION;
  const compassMetadata = { applicationId: name, authentication: { clientIds: [] } };
  return {
    apiVersion,
    kind,
    metadata: { name, annotations },
    spec: { description: 'x', services: [], compassMetadata },
  };
}

test('nothing is done where nobody asks for it', async (t) => {
  const { disconnection, keys, context } = await start(t);
  assert.equal(disconnection.dueInMs, Number.POSITIVE_INFINITY);
  assert.equal(await disconnection.run(undefined, configured()), undefined);
  await context.state.write(freshState());
  assert.equal(await disconnection.run(undefined, configured()), undefined);
  assert.equal(disconnection.dueInMs, Number.POSITIVE_INFINITY);
  assert.deepEqual([(await keys()).length, context.state.value?.epoch], [3, undefined]);
});

test('a disconnect is written down with when, what for and which token lay there, and its answer is given again', async (t) => {
  const { disconnection, keys, context, clock, disconnected } = await start(t);
  const dates = { established: 1, acquired: 2, renewed: 3 };
  await context.state.write({ ...freshState(), ...dates, runtimeId: 'r', reconnectPending: true, epoch: 4 });
  await context.journal.write(PREPARED);
  const outcome = { result: 'succeeded', message: 'the credentials are deleted', counts: {} };
  assert.deepEqual(await disconnection.run(asking(), configured('seen')), { answer: outcome, purge: undefined });
  assert.deepEqual(disconnected(), { id: 'one', since: clock.now(), seenToken: 'seen', purge: false, outcome });
  const { established, acquired, renewed, runtimeId, reconnectPending, epoch, tokens } = context.state.value ?? {};
  assert.deepEqual([established, acquired, renewed, runtimeId], [undefined, undefined, undefined, 'r']);
  assert.deepEqual([reconnectPending, epoch, tokens], [false, 5, {}]);
  assert.deepEqual([context.journal.value, await keys()], [undefined, []]);
  clock.advance(1);
  assert.deepEqual(await disconnection.run(asking(), configured('another')), { answer: outcome });
  assert.equal(disconnected()?.seenToken, 'seen');
  assert.equal(await disconnection.run(undefined, configured('another')), undefined);
  await disconnection.run(asking({}, 'two'), { ...configured(), configuration: refusal('ConfigurationMissing') });
  assert.deepEqual([disconnected()?.id, disconnected()?.seenToken], ['two', 'seen']);
});

test('a disconnect without any state, and where no token lies, is written down as well', async (t) => {
  const { disconnection, disconnected, context } = await start(t);
  await disconnection.run(asking(), configured());
  assert.deepEqual([disconnected()?.outcome?.result, disconnected()?.seenToken], ['succeeded', undefined]);
  assert.equal(context.state.value?.epoch, 1);
});

test('a pairing that had begun has cost its token, which a renewal has not', async (t) => {
  const { disconnection, context } = await start(t);
  const message = 'its pairing was given up by a disconnect';
  const spent = { outcome: 'spent', mayHaveLeft: true, message };
  await context.journal.write({ ...CONFIGURED, startedAt: 7 });
  await disconnection.run(asking(), configured());
  assert.deepEqual(context.state.value?.tokens, { hash: { ...spent, tries: 1, firstTriedAt: 7 } });
  const { tokenHash: _hash, ...renewal } = ISSUED;
  await context.state.write({
    ...freshState(),
    tokens: { hash: { ...spent, outcome: 'trying', tries: 2, firstTriedAt: 5 } },
  });
  await context.journal.write({ ...renewal, purpose: 'renew' });
  await disconnection.run(asking(), configured());
  assert.equal(context.state.value.tokens['hash']?.outcome, 'trying');
  assert.deepEqual(Object.keys(context.state.value.tokens), ['hash']);
  await context.journal.write(ISSUED);
  await disconnection.run(asking({}, 'two'), configured());
  assert.deepEqual(context.state.value.tokens['hash'], { ...spent, tries: 3, firstTriedAt: 5 });
});

test('who may not begin, for a Lease or an end, answers nothing and changes nothing', async (t) => {
  const lease = { isOurs: false };
  const { disconnection, keys, disconnected } = await start(t, { isLeader: () => lease.isOurs });
  assert.deepEqual(await disconnection.run(asking(), configured()), {});
  assert.deepEqual([disconnected(), (await keys()).length], [undefined, 3]);
  lease.isOurs = true;
  assert.equal((await disconnection.run(asking(), configured()))?.answer?.result, 'succeeded');
});

for (const purge of ['everything', 'Applications', '']) {
  test(`a disconnect with purge=${purge} is refused, and nothing is deleted`, async (t) => {
    const { disconnection, keys, disconnected } = await start(t);
    const { answer, ...rest } = (await disconnection.run(asking({ purge }), configured())) ?? {};
    assert.deepEqual([answer?.result, answer?.reason, rest], ['failed', 'RequestRefused', {}]);
    assert.match(answer?.message ?? '', /is not known; purge=applications is; nothing was deleted$/);
    assert.deepEqual([disconnected(), (await keys()).length], [undefined, 3]);
  });
}

test('a revocation where there is no certificate to revoke says so', async (t) => {
  const { disconnection } = await start(t);
  const told = async (revoke: string, id: string) =>
    (await disconnection.run(asking({ revoke }, id), configured()))?.answer?.message;
  assert.equal(await told('false', 'one'), 'the credentials are deleted');
  assert.equal(await told('true', 'two'), 'there was no certificate to revoke; the credentials are deleted');
});

for (const reason of ['ClusterForbidden', 'ClusterUnauthorized', 'ClusterRefused'] as const) {
  test(`what a person has to mend (${reason}) is said at once, and the disconnect goes on when it is mended`, async (t) => {
    const { disconnection, keys, refused, clock, disconnected } = await start(t);
    refused.set(CLIENT.name, refusal(reason));
    const { answer, ...rest } = (await disconnection.run(asking(), configured())) ?? {};
    assert.deepEqual([answer?.result, answer?.reason, rest], ['failed', reason, {}]);
    assert.match(answer?.message ?? '', /^cannot do that: no; it goes on as soon as that is mended$/);
    assert.deepEqual([disconnected()?.outcome, (await keys()).length], [undefined, 3]);
    assert.equal(disconnection.dueInMs, 500);
    refused.clear();
    assert.deepEqual(await disconnection.run(undefined, configured()), {}, 'it waits for its turn');
    clock.advance(500);
    assert.equal((await disconnection.run(undefined, configured()))?.answer?.result, 'succeeded');
    assert.deepEqual([await keys(), disconnection.dueInMs], [[], Number.POSITIVE_INFINITY]);
  });
}

test('what may pass by itself is not answered, and another request waits until the first one is through', async (t) => {
  const { disconnection, keys, refused, clock, disconnected } = await start(t);
  refused.set(CLIENT.name, refusal('ClusterUnavailable'));
  assert.deepEqual(await disconnection.run(asking(), configured()), {});
  assert.deepEqual(await disconnection.run(asking({}, 'two'), configured()), {});
  assert.equal(disconnected()?.id, 'one');
  refused.clear();
  clock.advance(500);
  assert.equal((await disconnection.run(asking({}, 'two'), configured()))?.answer?.result, 'succeeded');
  assert.deepEqual([disconnected()?.id, await keys()], ['two', []]);
});

test('a request that is carried through after a wait is answered by its own outcome', async (t) => {
  const { disconnection, refused, clock, disconnected } = await start(t);
  refused.set(CLIENT.name, refusal('ClusterUnavailable'));
  await disconnection.run(asking(), configured());
  refused.clear();
  clock.advance(500);
  const since = disconnected()?.since;
  assert.equal((await disconnection.run(asking(), configured()))?.answer?.result, 'succeeded');
  assert.deepEqual([disconnected()?.id, disconnected()?.since], ['one', since]);
});

test('waits grow while a disconnect fails, and are short again for the next one', async (t) => {
  const { context, step, refused, clock } = await start(t);
  const disconnection = new Disconnection(context, step, () => 1);
  const failing = async (id: string) => {
    refused.set(CLIENT.name, refusal('ClusterUnavailable'));
    await disconnection.run(asking({}, id), configured());
    return disconnection.dueInMs;
  };
  assert.equal(await failing('one'), 1_000);
  clock.advance(1_000);
  assert.equal(await failing('one'), 2_000);
  refused.clear();
  clock.advance(2_000);
  assert.equal((await disconnection.run(undefined, configured()))?.answer?.result, 'succeeded');
  await context.cluster.mergePatch(CLIENT, { data: { crt: btoa('a') } });
  assert.equal(await failing('two'), 1_000);
});

test('who leads no more deletes nothing of what was begun', async (t) => {
  const lease = { isOurs: true };
  const { disconnection, refused, clock, keys, context } = await start(t, { isLeader: () => lease.isOurs });
  refused.set(CLIENT.name, refusal('ClusterUnavailable'));
  await disconnection.run(asking(), configured());
  refused.clear();
  clock.advance(500);
  lease.isOurs = false;
  assert.deepEqual(await disconnection.run(undefined, configured()), {});
  assert.equal((await keys()).length, 3);
  assert.equal(disconnection.dueInMs, 0, 'that is no failure');
  lease.isOurs = true;
  await disconnection.run(undefined, configured());
  assert.deepEqual([await keys(), context.state.value?.disconnected?.outcome?.result], [[], 'succeeded']);
});

test('what is no error of the cluster or of Compass is not hidden, before the disconnect and in it', async (t) => {
  const { context, step } = await start(t);
  const bug = new Error('out of memory');
  const failing = (write: number) => {
    let writes = 0;
    const document = memoryDocument<StoredState>();
    return new DocumentStore<StoredState>({
      ...document,
      write: (...args) => {
        writes += 1;
        return writes === write ? Promise.reject(bug) : document.write(...args);
      },
    });
  };
  for (const write of [1, 2]) {
    const broken = { ...context, state: failing(write), journal: new DocumentStore(memoryDocument<Journal>()) };
    await assert.rejects(new Disconnection(broken, step, () => 0).run(asking(), configured()), bug);
  }
});

test('a purge deletes the Applications of the connection, counts them, and says how many', async (t) => {
  const { disconnection, cluster, disconnected } = await start(t);
  for (const name of ['orders', 'stock']) await cluster.create(APPLICATION, application(name));
  const { answer, purge } = (await disconnection.run(asking({ purge: 'applications' }), configured())) ?? {};
  assert.deepEqual(answer, {
    ...{ result: 'succeeded', message: 'the credentials are deleted; 2 Applications deleted' },
    counts: { deleted: 2, failed: 0 },
  });
  assert.equal(disconnected()?.purge, true);
  assert.deepEqual([purge?.remaining, purge?.changes.map(({ name }) => name).toSorted()], [0, ['orders', 'stock']]);
  await cluster.create(APPLICATION, application('orders'));
  const again = await disconnection.run(asking({ purge: 'applications' }, 'two'), configured());
  assert.equal(again?.answer?.message, 'the credentials are deleted; 1 Application deleted');
});

test('an Application that cannot be deleted does not keep the disconnect from ending: it is in the answer', async (t) => {
  const { disconnection, cluster, refused, disconnected } = await start(t);
  for (const name of ['orders', 'stock']) await cluster.create(APPLICATION, application(name));
  refused.set('orders', refusal('ClusterForbidden'));
  const { answer, purge } = (await disconnection.run(asking({ purge: 'applications' }), configured())) ?? {};
  assert.deepEqual(answer, {
    ...{ result: 'failed', reason: 'ClusterForbidden', counts: { deleted: 1, failed: 1 } },
    message: 'the credentials are deleted; 1 Application deleted; 1 are left: cannot do that: no',
  });
  assert.equal(purge?.remaining, 1);
  assert.deepEqual(disconnected()?.outcome, answer);
});

test('a purge without the right to see Applications says so, and one that may pass is tried again', async (t) => {
  const { disconnection, refused, disconnected, cluster, clock } = await start(t);
  await cluster.create(APPLICATION, application('orders'));
  refused.set(APPLICATION.plural, refusal('ClusterUnavailable'));
  assert.deepEqual(await disconnection.run(asking({ purge: 'applications' }), configured()), {});
  assert.equal(disconnected()?.outcome, undefined);
  clock.advance(500);
  refused.set(APPLICATION.plural, refusal('ClusterForbidden'));
  const { answer, purge } = (await disconnection.run(undefined, configured())) ?? {};
  assert.deepEqual(answer, {
    ...{ result: 'failed', reason: 'ClusterForbidden', counts: { deleted: 0 } },
    message: 'the credentials are deleted; 0 Applications deleted; all others are left: cannot do that: no',
  });
  assert.equal(purge, undefined);
});
