import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APPLICATION } from '#common/resources/application.ts';
import { freshState } from '../../../sidecar/connection/state.ts';
import { application, asking, configured, refusal, startDisconnection } from './disconnection-world.ts';

test('a purge deletes the Applications of the connection, counts them, and says how many', async (t) => {
  const { disconnection, cluster, disconnected } = await startDisconnection(t);
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
  const { disconnection, cluster, refused, disconnected } = await startDisconnection(t);
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
  const { disconnection, refused, disconnected, cluster, clock } = await startDisconnection(t);
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

test('while anything is suspended nothing is purged, nor disconnected by the same request', async (t) => {
  const { context, disconnection, cluster, disconnected, keys } = await startDisconnection(t);
  await cluster.create(APPLICATION, application('orders'));
  const before = await keys();
  const suspension = { scope: 'deletes', since: 1, reason: 'a move', request: 'earlier' } as const;
  await context.state.write({ ...freshState(), suspension });
  const { answer } = (await disconnection.run(asking({ purge: 'applications' }), configured())) ?? {};
  assert.deepEqual(answer, {
    ...{ result: 'failed', reason: 'Suspended' },
    message: 'deletions are suspended: a move; nothing was deleted',
  });
  assert.deepEqual([disconnected(), await keys()], [undefined, before]);
  assert.ok(await cluster.find({ kind: APPLICATION, name: 'orders' }));
  const bare = (await disconnection.run(asking({}, 'two'), configured())) ?? {};
  assert.equal(bare.answer?.result, 'succeeded', 'without a purge nothing is deleted that is suspended');
});
