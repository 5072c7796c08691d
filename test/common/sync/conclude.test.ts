import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
import { settleNames } from '#common/sync/conclude.ts';
import { deleteUnlisted, type Unlisted } from '#common/sync/delete-unlisted.ts';
import type { DeletionVerdict } from '#common/sync/deletions.ts';
import type { Listing } from '#common/sync/listing.ts';
import type { Round } from '#common/sync/round.ts';
import { id, presentApplication } from './samples.ts';
import { directorApplication, presentOf, roundOver, withCredentials } from './still.ts';

/** What a listing of these names by numbers showed. */
function listingOf(names: Readonly<Record<number, string>>, complete = true): Listing {
  const heads = new Map(Object.entries(names).map(([number, name]) => [id(Number(number)), name]));
  return { ...{ complete, heads, isTorn: false, digest: '', pages: 1, beganMs: 0, latencyMs: 0 } };
}

async function list(round: Round, ...applications: readonly ReturnType<typeof directorApplication>[]): Promise<void> {
  for (const application of applications) {
    const taken = round.take(application, 'd');
    if (taken) await round.settle(taken);
  }
}

const failures = ({ tally }: Round) => tally.failed.map(({ name, reason }) => [name, reason]);
const namesIn = ({ scene }: Round) => [...scene.present.applicationNames()];
/** Of whatever is asked for nothing is there any more. */
const GONE = { read: () => Promise.resolve(undefined as never) };

test('a renamed one waits for a complete listing, and is on its way with one', async () => {
  for (const isComplete of [false, true]) {
    const { round, state } = roundOver(presentOf(directorApplication(1, 'before')));
    await list(round, directorApplication(1, 'now'));
    assert.deepEqual([round.deferred.length, failures(round)], [1, []]);
    await settleNames(round, listingOf({ 1: 'now' }, isComplete));
    assert.deepEqual(failures(round), [['now', isComplete ? 'ClusterRefused' : 'ListingIncomplete']]);
    assert.equal(state.writes > 0, isComplete);
  }
});

test('one whose last good credentials cannot be read stays under its former name', async () => {
  const find = () => Promise.reject(new CompassError('ClusterRefused', 'no'));
  const { round } = roundOver(presentOf(directorApplication(1, 'before')), { cluster: { find } as never as Cluster });
  const defaultInstanceAuth = { credential: { type: 'Unknown', typename: 'New' } } as const;
  await list(round, directorApplication(1, 'now', [withCredentials(2, { defaultInstanceAuth })]));
  await settleNames(round, listingOf({ 1: 'now' }));
  assert.deepEqual([failures(round), namesIn(round)], [[['now', 'ClusterRefused']], ['before']]);
});

test('what a rename left behind goes once the one of the new name is as it is listed', async () => {
  for (const isSettled of [false, true]) {
    const present = presentOf(directorApplication(2, 'same'), directorApplication(1, 'now'));
    present.putApplication(presentApplication('before', id(1)));
    present.putApplication({ ...presentApplication('going', id(1)), isTerminating: true });
    present.putApplication(presentApplication('foreign', id(1), 'foreign'));
    const { round } = roundOver(present, GONE);
    await list(round, directorApplication(2, 'same'));
    if (isSettled) await list(round, directorApplication(1, 'now'));
    await settleNames(round, listingOf({ 1: 'now', 2: 'same' }));
    const left = isSettled ? [] : ['before'];
    assert.deepEqual(namesIn(round), ['same', 'now', ...left, 'going', 'foreign']);
  }
});

test('of what is not listed only what was judged to go is deleted', async () => {
  const gone = directorApplication(1, 'gone', [withCredentials(11), withCredentials(12)]);
  const present = presentOf(gone, directorApplication(2, 'too'));
  const { round } = roundOver(present, GONE);
  const unlisted = { applications: [...present.applications()], secrets: [...present.secrets()] };
  const verdict = { state: {}, applications: new Set(['uid-too']), secrets: new Set([`uid-gone-${id(12)}`]) };
  await deleteUnlisted(round, unlisted as never as Unlisted, verdict as never as DeletionVerdict);
  assert.deepEqual([namesIn(round), [...present.secretNames()]], [['gone'], [`gone-${id(11)}`]]);
});

test('why something was deleted is told: by whom its plan was approved, or that nobody rejected it', async () => {
  const uids = new Set(['uid-gone']);
  const approved = { verdict: 'approved', plan: 'p1' };
  const cases = [
    [{ state: {} }, 'no longer listed'],
    [{ state: { released: uids } }, 'no longer listed; nobody rejected the plan while it was held'],
    [{ state: { released: uids }, decision: approved }, 'no longer listed; plan p1 was approved'],
    [{ state: {}, decision: { ...approved, by: 'jo' } }, 'no longer listed; plan p1 was approved by jo'],
    [{ state: {}, decision: { ...approved, verdict: 'rejected' } }, 'no longer listed'],
  ] as const;
  for (const [verdict, cause] of cases) {
    const present = presentOf(directorApplication(1, 'gone'));
    const applications = [...present.applications()];
    // Each is found as it was judged, and goes.
    const write = () => Promise.resolve(undefined as never);
    const { round } = roundOver(present, {
      write,
      read: () => Promise.resolve({ metadata: applications[0] } as never),
    });
    const unlisted = { applications, secrets: [] };
    const judged = { ...verdict, applications: uids, secrets: new Set() };
    await deleteUnlisted(round, unlisted as never as Unlisted, judged as never as DeletionVerdict);
    assert.deepEqual(
      round.tally.changes.map((change) => [change.action, change.cause]),
      [['deleted', cause]],
    );
  }
});
