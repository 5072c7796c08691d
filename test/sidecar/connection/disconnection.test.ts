import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Disconnection } from '../../../sidecar/connection/disconnect.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import type { Journal } from '../../../sidecar/connection/journal.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { freshState, type StoredState } from '../../../sidecar/connection/state.ts';
import { asking, CLIENT, configured, refusal, startDisconnection } from './disconnection-world.ts';
import { CONFIGURED, ISSUED, PREPARED } from './memory-context.ts';

test('nothing is done where nobody asks for it', async (t) => {
  const { disconnection, keys, context } = await startDisconnection(t);
  assert.equal(disconnection.dueInMs, Number.POSITIVE_INFINITY);
  assert.equal(await disconnection.run(undefined, configured()), undefined);
  await context.state.write(freshState());
  assert.equal(await disconnection.run(undefined, configured()), undefined);
  assert.equal(disconnection.dueInMs, Number.POSITIVE_INFINITY);
  assert.deepEqual([(await keys()).length, context.state.value?.epoch], [3, undefined]);
});

test('a disconnect is written down with when, what for and which token lay there, and its answer is given again', async (t) => {
  const { disconnection, keys, context, clock, disconnected } = await startDisconnection(t);
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
  const { disconnection, disconnected, context } = await startDisconnection(t);
  await disconnection.run(asking(), configured());
  assert.deepEqual([disconnected()?.outcome?.result, disconnected()?.seenToken], ['succeeded', undefined]);
  assert.equal(context.state.value?.epoch, 1);
});

test('a pairing that had begun has cost its token, which a renewal has not', async (t) => {
  const { disconnection, context } = await startDisconnection(t);
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
  const { disconnection, keys, disconnected } = await startDisconnection(t, { isLeader: () => lease.isOurs });
  assert.deepEqual(await disconnection.run(asking(), configured()), {});
  assert.deepEqual([disconnected(), (await keys()).length], [undefined, 3]);
  lease.isOurs = true;
  assert.equal((await disconnection.run(asking(), configured()))?.answer?.result, 'succeeded');
});

for (const purge of ['everything', 'Applications', '']) {
  test(`a disconnect with purge=${purge} is refused, and nothing is deleted`, async (t) => {
    const { disconnection, keys, disconnected } = await startDisconnection(t);
    const { answer, ...rest } = (await disconnection.run(asking({ purge }), configured())) ?? {};
    assert.deepEqual([answer?.result, answer?.reason, rest], ['failed', 'RequestRefused', {}]);
    assert.match(answer?.message ?? '', /is not known; purge=applications is; nothing was deleted$/);
    assert.deepEqual([disconnected(), (await keys()).length], [undefined, 3]);
  });
}

test('a revocation where there is no certificate to revoke says so', async (t) => {
  const { disconnection } = await startDisconnection(t);
  const told = async (revoke: string, id: string) =>
    (await disconnection.run(asking({ revoke }, id), configured()))?.answer?.message;
  assert.equal(await told('false', 'one'), 'the credentials are deleted');
  assert.equal(await told('true', 'two'), 'there was no certificate to revoke; the credentials are deleted');
});

for (const reason of ['ClusterForbidden', 'ClusterUnauthorized', 'ClusterRefused'] as const) {
  test(`what a person has to mend (${reason}) is said at once, and the disconnect goes on when it is mended`, async (t) => {
    const { disconnection, keys, refused, clock, disconnected } = await startDisconnection(t);
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
test('what is no error of the cluster or of Compass is not hidden, before the disconnect and in it', async (t) => {
  const { context, step } = await startDisconnection(t);
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
