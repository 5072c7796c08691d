import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import type { SidecarRequest } from '#common/resources/requests.ts';
import { reasonIn, startBench } from './bench.ts';

function asking(parameters: SidecarRequest['parameters'] = {}, id = 'one'): SidecarRequest {
  return { verb: 'disconnect', id, parameters };
}

async function startConnected(t: TestContext) {
  const bench = await startBench(t);
  await bench.configure();
  const pass = bench.start();
  assert.equal((await pass()).did, 'paired');
  const keys = async () => Object.keys((await bench.clientSecret())?.data ?? {});
  return { ...bench, pass, keys };
}

test('a disconnect revokes, deletes the credentials, and waits for a token that was not seen before', async (t) => {
  const { pass, keys, simulator, start, configure } = await startConnected(t);
  const unused = await configure();
  const { disconnect, ...result } = await pass({}, asking({ revoke: 'true' }));
  assert.equal(disconnect?.answer?.result, 'succeeded');
  assert.match(disconnect.answer.message ?? '', /the certificate is revoked; the credentials are deleted/);
  assert.deepEqual([result.connection, reasonIn(result)], [undefined, 'Disconnected']);
  assert.deepEqual(await keys(), []);
  assert.deepEqual(
    simulator.certificates.list().map(({ revoked }) => revoked),
    [true],
  );

  const requests = simulator.requests.list().length;
  assert.equal(reasonIn(await pass()), 'Disconnected');
  const restarted = start();
  assert.equal(reasonIn(await restarted()), 'Disconnected');
  await configure({ TOKEN: unused });
  assert.equal(reasonIn(await restarted()), 'Disconnected');
  assert.equal(simulator.requests.list().length, requests, 'Compass was asked although nobody wanted a connection');

  await configure();
  assert.equal((await restarted()).did, 'paired');
  assert.equal(reasonIn(await start()()), undefined);
});

test('a request to reconnect uses the token that lay there when the disconnect was asked for', async (t) => {
  const { pass, configure } = await startConnected(t);
  await configure();
  await pass({}, asking());
  assert.equal((await pass({ isReconnectAskedFor: true })).did, 'paired');
});

test('a pairing that failed before a disconnect keeps no later one waiting', async (t) => {
  const { pass, configure, simulator } = await startConnected(t);
  await configure();
  simulator.switches.tokenDatabaseDown = true;
  assert.equal((await pass({ isReconnectAskedFor: true })).reconnectError?.reason, 'TokenRefused');
  await pass({}, asking());
  simulator.switches.tokenDatabaseDown = false;
  assert.equal((await pass({ isReconnectAskedFor: true })).did, 'paired');
});

test('the certificate in memory does not come back to the client Secret after a disconnect', async (t) => {
  const { pass, keys, simulator } = await startConnected(t);
  await pass();
  await pass({}, asking());
  await pass();
  assert.deepEqual(await keys(), []);
  assert.deepEqual(
    simulator.certificates.list().map(({ revoked }) => revoked),
    [false],
  );
});

test('what others keep in the client Secret stays', async (t) => {
  const { pass, keys, cluster } = await startConnected(t);
  const ref = { kind: SECRET, namespace: 'compass-system', name: 'cluster-client-certificates' };
  await cluster.mergePatch(ref, { data: { other: 'eA==' }, metadata: { labels: { team: 'a' } } });
  await pass({}, asking());
  assert.deepEqual(await keys(), ['other']);
  assert.equal((await cluster.get<Secret>(ref)).metadata.labels?.['team'], 'a');
});

test('a certificate that cannot be revoked is kept, and nothing is deleted', async (t) => {
  const { pass, keys, simulator } = await startConnected(t);
  simulator.faults.add({ operation: 'revokeCertificate', status: 503 });
  const { disconnect, ...result } = await pass({}, asking({ revoke: 'true' }));
  assert.deepEqual([disconnect?.answer?.result, disconnect?.answer?.reason], ['failed', 'CompassUnavailable']);
  assert.match(disconnect?.answer?.message ?? '', /nothing was deleted/);
  assert.ok(disconnect?.answer?.requestId, 'the call that failed has no id');
  assert.ok(result.connection, 'the connection is gone');
  assert.deepEqual((await keys()).toSorted(), ['crt', 'crtChain', 'key']);
});

test('a revocation whose answer was lost is as good as done the next time', async (t) => {
  const { pass, keys, simulator } = await startConnected(t);
  simulator.faults.add({ operation: 'revokeCertificate', when: 'afterExecution', cut: true, times: 1 });
  assert.equal((await pass({}, asking({ revoke: 'true' }))).disconnect?.answer?.result, 'failed');
  const { disconnect } = await pass({}, asking({ revoke: 'true' }, 'two'));
  assert.equal(disconnect?.answer?.result, 'succeeded');
  assert.match(disconnect.answer.message ?? '', /not accepted any more/);
  assert.deepEqual(await keys(), []);
});

test('something to purge that is not known is refused before anything is done', async (t) => {
  const { pass, keys } = await startConnected(t);
  const { disconnect } = await pass({}, asking({ purge: 'everything' }));
  assert.equal(disconnect?.answer?.reason, 'RequestRefused');
  assert.equal((await keys()).length, 3);
});

/** A way to the cluster that ends like a killed process: before its n-th write, or right after it. */
function dyingDoor(cluster: Cluster, writes: number, when: 'before' | 'after'): Cluster {
  let count = 0;
  const write = async <T>(send: () => Promise<T>): Promise<T> => {
    count += 1;
    if (count > writes || (count === writes && when === 'before')) throw new Error('killed');
    const result = await send();
    if (count === writes) throw new Error('killed');
    return result;
  };
  return {
    ...cluster,
    create: (kind, object, options) => write(() => cluster.create(kind, object, options)),
    replace: (kind, object, options) => write(() => cluster.replace(kind, object, options)),
    mergePatch: (ref, patch, options) => write(() => cluster.mergePatch(ref, patch, options)),
    apply: (kind, object, options) => write(() => cluster.apply(kind, object, options)),
    delete: (ref, options) => write(() => cluster.delete(ref, options)),
  };
}

for (const when of ['before', 'after'] as const) {
  test(`a process that is killed ${when} any write of a disconnect ends up connected as before, or disconnected`, async (t) => {
    const { start, keys, configure, cluster } = await startConnected(t);
    const ends: string[] = [];
    for (let writes = 1; writes <= 6; writes += 1) {
      await assertKilled(start(dyingDoor(cluster, writes, when)));
      const isConnected = (await keys()).length === 3;
      // After a restart, first without anybody asking: what was begun is carried through, what was not is as it was.
      const pass = start();
      const result = await pass();
      if (result.connection) {
        assert.ok(isConnected, 'connected without credentials in the cluster');
        ends.push('connected');
        continue;
      }
      assert.equal(reasonIn(result), 'Disconnected');
      assert.deepEqual(await keys(), []);
      assert.equal((await pass({}, asking())).disconnect?.answer?.result, 'succeeded');
      ends.push('disconnected');
      await configure();
      assert.equal((await pass()).did, 'paired');
    }
    assert.ok(ends.includes('disconnected'), ends.join());
    if (when === 'before') assert.equal(ends[0], 'connected');
  });
}

async function assertKilled(pass: (asked: object, request: SidecarRequest) => Promise<unknown>): Promise<void> {
  await pass({}, asking()).catch((error: Error) => assert.equal(error.message, 'killed'));
}
