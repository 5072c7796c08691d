import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runHistories } from './history/run.ts';
import { runWholeHistories } from './history/whole-run.ts';

/** The same ones each time, so that a commit is judged as it was before: others are for whoever runs them by hand. */
const FROM = 1;

/** `npm run test:histories` plays twenty times as many. */
const COUNT = 5_000;

test(`D1, D3, D4, D6: of ${COUNT} random histories of the Director, no wrong deletion, every right one done`, async () => {
  const { rounds, deleted, held, approved, broken } = await runHistories(FROM, COUNT);
  const seen = { deleted, held, approved, broken };
  for (const [what, count] of Object.entries(seen))
    assert.ok(count > COUNT / 20, `${count} ${what} in ${rounds} rounds`);
});

/** They take twenty times as long, one by one. */
const WHOLE_COUNT = 250;

test(`D10, D12, D13, D16: of ${WHOLE_COUNT} whole synchronizations with renames, Secrets and strangers, the same`, async () => {
  const { readings, ...seen } = await runWholeHistories(FROM, WHOLE_COUNT);
  for (const [what, count] of Object.entries(seen))
    assert.ok(count > WHOLE_COUNT / 20, `${count} ${what} in ${readings} readings`);
});

test('D12: a Secret that the former name of an Application names stays for as long as that is there', async () => {
  // Found at random: both names are cut to one Secret, the credentials go, and the old one cannot be deleted for a while.
  assert.equal((await runWholeHistories(1_064_299_798, 1)).readings, 9);
});
