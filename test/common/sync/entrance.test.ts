import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeItem } from '#common/compass/director-item.ts';
import type { DirectorApplication, DirectorItem, ListingProblem } from '#common/compass/director-types.ts';
import { CompassError } from '#common/errors.ts';
import type { Listing } from '#common/sync/listing.ts';
import type { ListingSource } from '#common/sync/page-reader.ts';
import { Present } from '#common/sync/present.ts';
import { readListing } from '#common/sync/read-listing.ts';
import type { Round } from '#common/sync/round.ts';
import { Stopped } from '#common/sync/scene.ts';
import { listedDigest } from '#common/sync/settled-before.ts';
import type { SyncRequest } from '#common/sync/synchronize.ts';
import { id, presentApplication } from './samples.ts';
import { directorApplication, pagesOf, presentOf, roundOver, stillOptions, withCredentials } from './still.ts';
import { turns } from './turns.ts';

const ONE = directorApplication(1, 'one');
const TWO = directorApplication(2, 'two');
const THREE = directorApplication(3, 'three');
const UNUSABLE: ListingProblem = { id: id(4), name: 'four', reason: 'InvalidApplication', message: 'unusable' };

function read(
  round: Round,
  source: ListingSource,
  { signal, concurrency }: { readonly signal?: AbortSignal; readonly concurrency?: number } = {},
): Promise<Listing> {
  const options = stillOptions(round.scene.present, source, concurrency === undefined ? {} : { concurrency });
  return readListing(options, { signal } as SyncRequest, round, source);
}

/** One whose further pages come when the test lets them; `asked` are the names of those that were asked for them. */
function gate(asked: string[]) {
  return (whole: DirectorApplication) => {
    const { promise, resolve, reject } = Promise.withResolvers<DirectorApplication>();
    const item: DirectorItem = {
      ...wholeItem(whole),
      whole() {
        asked.push(whole.name);
        return promise;
      },
    };
    return { item, come: () => resolve(whole), fail: reject };
  };
}

const never = () => assert.fail('it is not to be made whole');

test('what is listed is brought or told, one that cannot be used too', async () => {
  const { round, tally } = roundOver(presentOf(ONE, TWO));
  const { source } = pagesOf({ items: [wholeItem(ONE), wholeItem(UNUSABLE)] }, { items: [wholeItem(TWO)] });
  const { complete, heads } = await read(round, source);
  assert.deepEqual([complete, [...heads.values()], tally.inSync], [true, ['one', 'four', 'two'], 2]);
  assert.deepEqual(tally.failed, [{ ...UNUSABLE }]);
  const again = await read(round, pagesOf({ items: [wholeItem(ONE)] }).source);
  assert.deepEqual([again.complete, tally.settledCount, tally.failed], [true, 1, []], 'a reading begins anew');
});

test('one that its page shows as it was before is not made whole, and one that goes on elsewhere is', async () => {
  const present = presentOf(ONE, TWO);
  const { round, tally, before } = roundOver(present);
  before.note(ONE, 'shown', [], present);
  before.note(TWO, listedDigest(TWO), [], present);
  const items = [
    { ...wholeItem(ONE), digest: () => 'shown', whole: never },
    { ...wholeItem(TWO), digest: () => 'shown of two' },
  ];
  assert.equal((await read(round, pagesOf({ items }).source)).complete, true);
  assert.deepEqual([tally.isPlain('one'), tally.isPlain('two'), tally.settledCount], [true, true, 2]);
});

/** Reads the same page twice; whether the second time it was settled without its items. */
async function isRemembered(item: (whole: DirectorApplication) => DirectorItem): Promise<boolean> {
  const { round, tally } = roundOver(presentOf(ONE, TWO));
  let made = 0;
  const counted = [ONE, TWO].map((whole) => {
    const one = item(whole);
    return {
      ...one,
      digest() {
        made += 1;
        return one.digest?.();
      },
    };
  });
  const { source } = pagesOf({ items: counted, digest: 'as it was' });
  for (let reading = 0; reading < 2; reading += 1) {
    assert.equal((await read(round, source)).complete, true);
    assert.equal(tally.settledCount, 2);
  }
  return made === 2;
}

test('a page is remembered when it showed all of its Applications whole', async () => {
  const shown = (whole: DirectorApplication): DirectorItem => ({
    ...wholeItem(whole),
    digest: () => `shown of ${whole.name}`,
    isOfOnePage: () => true,
  });
  assert.equal(await isRemembered(shown), true);
  assert.equal(await isRemembered((whole) => ({ ...shown(whole), isOfOnePage: () => whole !== TWO })), false);
  assert.equal(await isRemembered((whole) => ({ ...shown(whole), digest: () => undefined })), false);
});

test('one that its page shows as it was before lets that page be remembered, too', async () => {
  const present = presentOf(ONE);
  const { round, before } = roundOver(present);
  before.note(ONE, 'shown', [], present);
  const item = (digest: () => string): DirectorItem => ({ ...wholeItem(ONE), digest, whole: never });
  await read(round, pagesOf({ items: [item(() => 'shown')], digest: 'as it was' }).source);
  await read(round, pagesOf({ items: [item(never)], digest: 'as it was' }).source);
});

test('Applications of a page of which no digest is known are brought as any others', async () => {
  const present = presentOf(ONE, TWO);
  const { round, tally, before } = roundOver(present);
  before.note(ONE, 'shown', [], present);
  const items = [ONE, TWO].map((whole) => ({ ...wholeItem(whole), digest: () => 'shown', isOfOnePage: () => true }));
  await read(round, pagesOf({ items }).source);
  assert.deepEqual([tally.isSettled('one'), tally.isSettled('two'), tally.settledCount], [true, true, 2]);
});

test('one Application after the other is made whole, until Compass gives no more', async () => {
  const asked: string[] = [];
  const [one, two, three] = [ONE, TWO, THREE].map(gate(asked));
  assert.ok(one && two && three);
  const { round, tally } = roundOver(presentOf(ONE, TWO, THREE));
  const reading = read(round, pagesOf({ items: [one.item, two.item, three.item] }).source);
  await turns();
  assert.deepEqual(asked, ['one']);
  one.come();
  await turns();
  assert.deepEqual(asked, ['one', 'two']);
  const error = new CompassError('CompassUnavailable', 'away');
  two.fail(error);
  const listing = await reading;
  assert.deepEqual([listing.error, listing.complete, asked], [error, false, ['one', 'two']]);
  assert.deepEqual([tally.isSettled('one'), tally.settledCount], [true, 1]);
});

test('after a stop, or a bug, no other Application is made whole', async () => {
  for (const isBug of [false, true]) {
    const asked: string[] = [];
    const [one, two] = [ONE, TWO].map(gate(asked));
    assert.ok(one && two);
    const stop = new AbortController();
    const { round, tally } = roundOver(presentOf(ONE, TWO));
    const reading = read(round, pagesOf({ items: [one.item, two.item] }).source, { signal: stop.signal });
    const refused = assert.rejects(reading, isBug ? TypeError : Stopped);
    await turns();
    if (isBug) one.fail(new TypeError('a bug'));
    else {
      stop.abort();
      one.come();
    }
    await refused;
    assert.deepEqual([asked, tally.isSettled('two')], [['one'], false]);
  }
});

/** Applications each of which keeps on being worked on until its note has been written, and how many are. */
function startNoting(descriptions: readonly string[]) {
  const asked: string[] = [];
  const notes: PromiseWithResolvers<never>[] = [];
  const present = new Present();
  const all = descriptions.map((description, at) => ({ ...directorApplication(at, `app-${at}`), description }));
  for (const { id: of, name } of all) {
    present.putApplication(presentApplication(name, undefined, 'foreign'));
    present.putApplication(presentApplication(`former-${name}`, of));
  }
  const write = () => {
    const note = Promise.withResolvers<never>();
    notes.push(note);
    return note.promise;
  };
  const { round, tally } = roundOver(present, { write });
  const gates = all.map(gate(asked));
  return {
    ...{ asked, notes, gates, tally, round },
    source: pagesOf({ items: gates.map(({ item }) => item) }).source,
    done: (at: number) => notes[at]?.reject(new CompassError('ClusterConflict', 'it moved on')),
  };
}

test('large Applications come in when there is room, and small ones side by side', async () => {
  const large = 'x'.repeat(1.5 * 1024 * 1024);
  const { asked, notes, gates, tally, round, source, done } = startNoting([large, large, large, 'small', 'small']);
  for (const { come } of gates) come();
  const reading = read(round, source);
  await turns();
  assert.deepEqual([notes.length, asked.length], [2, 3], 'the third one waits to come in');
  done(0);
  await turns();
  assert.deepEqual([notes.length, asked.length], [5, 5]);
  for (let at = 1; at < 5; at += 1) done(at);
  await reading;
  assert.deepEqual(
    tally.failed.map(({ reason }) => reason),
    Array(5).fill('ForeignObject'),
  );
});

test('no more Applications are worked on at a time than is said', async () => {
  const { asked, notes, gates, round, source, done } = startNoting(['small', 'small', 'small']);
  for (const { come } of gates) come();
  const reading = read(round, source, { concurrency: 2 });
  await turns();
  assert.deepEqual([notes.length, asked.length], [2, 2]);
  done(0);
  await turns();
  assert.equal(notes.length, 3);
  for (const at of [1, 2]) done(at);
  await reading;
});

test('what had come in when another one was stopped is not worked on', async () => {
  const { notes, gates, tally, round, source } = startNoting(['small', 'small']);
  const refused = assert.rejects(read(round, source), Stopped);
  gates[0]?.come();
  await turns();
  assert.equal(notes.length, 1);
  notes[0]?.reject(new Stopped('the synchronization was stopped'));
  await turns();
  gates[1]?.come();
  await refused;
  assert.deepEqual([notes.length, tally.failed.map(({ name }) => name)], [1, ['app-0']]);
});

for (const [bytes, isAhead] of [
  [1024 * 1024, true],
  [1024 * 1024 + 1, false],
] as const) {
  test(`the next page is ${isAhead ? '' : 'not '}read beside one of ${bytes} bytes`, async () => {
    const { item, come } = gate([])(ONE);
    const { round, tally } = roundOver(presentOf(ONE, TWO));
    const { source, asked } = pagesOf({ items: [item], bytes }, { items: [wholeItem(TWO)] });
    const reading = read(round, source);
    await turns();
    assert.deepEqual(asked, isAhead ? [0, 1] : [0]);
    come();
    assert.equal((await reading).complete, true);
    assert.deepEqual([asked, tally.settledCount], [[0, 1], 2]);
  });
}

test('credentials that a page shows anywhere tell that others on it were taken away', async () => {
  const holder = directorApplication(1, 'one', [withCredentials(11)]);
  const lost = directorApplication(1, 'one', [withCredentials(11, { defaultInstanceAuth: null })]);
  const { round, state } = roundOver(presentOf(holder));
  await read(round, pagesOf({ items: [wholeItem(lost), { ...wholeItem(TWO), showsAccess: true }] }).source);
  assert.equal(round.overflow, 0, 'none of it waits for another reading');
  assert.ok(state.writes > 0);
});
