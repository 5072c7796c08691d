import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Disconnection } from '../../../sidecar/connection/disconnect.ts';
import { asking, CLIENT, configured, refusal, startDisconnection } from './disconnection-world.ts';

test('what may pass by itself is not answered, and another request waits until the first one is through', async (t) => {
  const { disconnection, keys, refused, clock, disconnected } = await startDisconnection(t);
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
  const { disconnection, refused, clock, disconnected } = await startDisconnection(t);
  refused.set(CLIENT.name, refusal('ClusterUnavailable'));
  await disconnection.run(asking(), configured());
  refused.clear();
  clock.advance(500);
  const since = disconnected()?.since;
  assert.equal((await disconnection.run(asking(), configured()))?.answer?.result, 'succeeded');
  assert.deepEqual([disconnected()?.id, disconnected()?.since], ['one', since]);
});

test('waits grow while a disconnect fails, and are short again for the next one', async (t) => {
  const { context, step, refused, clock } = await startDisconnection(t);
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
  const { disconnection, refused, clock, keys, context } = await startDisconnection(t, {
    isLeader: () => lease.isOurs,
  });
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
