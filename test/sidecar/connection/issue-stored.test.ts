import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import { Sensitive } from '#common/sensitive.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import { type Applicant, issue, requireTurn } from '../../../sidecar/connection/issue.ts';
import type { Journal, PreparedJournal } from '../../../sidecar/connection/journal.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { freshState, type StoredState } from '../../../sidecar/connection/state.ts';
import { until } from '../../cluster/until.ts';
import { sharedRsaKey } from '../../common/pki/authority.ts';
import { CONFIGURATION, isA, MINUTE_MS, SIGNING, startIssue } from './issue-world.ts';

test('a renewal whose answer cannot be stored is not kept anywhere else: it is asked for again', async (t) => {
  const { context, applicant, folder, way, count, clock } = await startIssue(t);
  const renewing: Applicant = { ...applicant, purpose: 'renew' };
  const prepared = { ...(await preparedFor()), purpose: 'renew' as const };
  way.failing = [new CompassError('ClusterUnreachable', 'no way there')];
  await assert.rejects(issue(context, renewing, prepared), isA('ClusterUnreachable'));
  assert.deepEqual([await readdir(folder), clock.sleepers, count(SIGNING)], [[], 0, 0]);

  async function preparedFor(): Promise<PreparedJournal> {
    const { pem } = await sharedRsaKey();
    return { phase: 'prepared', purpose: 'pair', startedAt: 1, key: new Sensitive(pem) };
  }
});

for (const [moment, skip, step] of [
  ['the second token', 0, 'configuration'],
  ['the new pair', 1, 'sign'],
] as const) {
  test(`K2, K3: ${moment} that cannot be stored is kept beside the cluster, shown, and stored at last`, async (t) => {
    const { context, applicant, prepared, folder, way, document, clock, said, shown } = await startIssue(t);
    const down = new CompassError('ClusterUnreachable', 'no way there');
    let writes = 0;
    const write: typeof document.write = (value, previous) => {
      writes += 1;
      return writes > skip && writes <= skip + 2 ? Promise.reject(down) : document.write(value, previous);
    };
    const failing = { ...context, journal: new DocumentStore<Journal>({ ...document, write }) };
    const running = issue(failing, applicant, prepared);
    await until('it sleeps', () => Promise.resolve(clock.sleepers > 0));
    assert.deepEqual(await readdir(folder), ['compass-connection-journal.json']);
    assert.deepEqual(shown().at(-1), `${step} busy`);
    assert.match(said(step), /could not be stored yet: no way there/);
    clock.advance(MINUTE_MS);
    await until('it sleeps again', () => Promise.resolve(clock.sleepers > 0));
    clock.advance(MINUTE_MS);
    assert.equal((await running).phase, 'issued');
    assert.deepEqual([await readdir(folder), way.failing], [[], []]);
  });
}

test('what a container before has kept beside the cluster stays where all could be stored', async (t) => {
  const { context, applicant, prepared, folder } = await startIssue(t);
  await context.mirror.put({ ...prepared, key: new Sensitive('another') });
  await issue(context, applicant, prepared);
  assert.deepEqual(await readdir(folder), ['compass-connection-journal.json']);
});

for (const [what, agoMs, isOver] of [
  ['before its 58 minutes are over is stored', 58 * MINUTE_MS - 1, false],
  ['for 58 minutes is of no use', 58 * MINUTE_MS, true],
] as const) {
  test(`K2: a second token that could not be stored ${what}`, async (t) => {
    const { context, applicant, prepared, way, clock, count } = await startIssue(t);
    way.failing = [new CompassError('ClusterUnreachable', 'no way there')];
    const running = issue(context, applicant, prepared);
    running.catch(() => undefined);
    await until('it sleeps', () => Promise.resolve(clock.sleepers > 0));
    clock.advance(agoMs);
    if (isOver) await assert.rejects(running, isA('TokenRequired', /the second token ended before it could be stored/));
    else assert.equal((await running).phase, 'issued');
    // An old one is exchanged for a fresh one before it signs.
    assert.deepEqual([count(CONFIGURATION), count(SIGNING)], isOver ? [1, 0] : [2, 1]);
  });
}

test('R4: what another replica has gone on with is not written over, and nothing is signed', async (t) => {
  const { context, applicant, prepared, simulator, document, count } = await startIssue(t);
  const other = { ...prepared, key: new Sensitive('another') };
  const run = async () => {
    await document.write(other, undefined);
    context.journal.forget();
  };
  simulator.faults.add({ operation: CONFIGURATION, when: 'afterExecution', run });
  await assert.rejects(issue(context, applicant, prepared), isA('Stopping', /another replica has gone on/));
  assert.equal((await document.read())?.value, other);
  assert.equal(count(SIGNING), 0);
});

test('R4: where the journal is gone an answer is stored unless the epoch has moved on', async (t) => {
  for (const [epoch, isStored] of [
    [3, true],
    [4, false],
  ] as const) {
    const { context: given, applicant, prepared, simulator, document } = await startIssue(t);
    const states = memoryDocument<StoredState>();
    const context = { ...given, state: new DocumentStore(states) };
    await context.state.write({ ...freshState(), epoch: 3 });
    const begun = { ...prepared, epoch: 3 };
    // Another replica has ended a pairing meanwhile, or somebody has deleted the journal.
    const run = async () => {
      await states.write({ ...freshState(), epoch }, undefined);
      await document.remove(undefined);
      context.journal.forget();
    };
    simulator.faults.add({ operation: CONFIGURATION, when: 'afterExecution', run });
    const running = issue(context, applicant, begun);
    if (isStored) assert.equal((await running).phase, 'issued');
    else await assert.rejects(running, isA('Stopping'));
    assert.equal((await document.read())?.value.phase, isStored ? 'issued' : undefined);
  }
});

test('R4: who leads no more, or is told to stop, begins no call that a token hangs on', async (t) => {
  const { context, applicant, prepared, lease, stop, simulator, count } = await startIssue(t);
  lease.isOurs = false;
  await assert.rejects(issue(context, applicant, prepared), isA('Stopping', /^another replica may lead by now/));
  assert.equal(count(CONFIGURATION), 0);
  lease.isOurs = true;
  simulator.faults.add({ operation: CONFIGURATION, when: 'afterExecution', run: () => stop.abort() });
  await assert.rejects(issue(context, applicant, prepared), isA('Stopping', /^stopping: /));
  assert.deepEqual([count(CONFIGURATION), count(SIGNING)], [1, 0]);
  assert.throws(() => requireTurn(context), isA('Stopping'));
});
