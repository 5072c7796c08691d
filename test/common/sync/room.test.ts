import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sensitive } from '#common/sensitive.ts';
import { Room } from '#common/sync/room.ts';
import { weightOf } from '#common/sync/weight.ts';
import { turns } from './turns.ts';

/** Whether somebody has come in by now. */
async function isIn(entering: Promise<void>): Promise<boolean> {
  let result = false;
  void entering.then(() => {
    result = true;
  });
  await turns();
  return result;
}

test('whoever fits comes in, and the next one when enough have left', async () => {
  const room = new Room(100);
  assert.equal(await isIn(room.enter(60)), true);
  assert.equal(await isIn(room.enter(30)), true);
  const third = room.enter(50);
  assert.equal(await isIn(third), false);
  room.leave(30);
  assert.equal(await isIn(third), false);
  room.leave(60);
  assert.equal(await isIn(third), true);
  assert.equal(await isIn(room.enter(51)), false);
});

test('who fits to the byte comes in', async () => {
  const room = new Room(100);
  await room.enter(60);
  assert.equal(await isIn(room.enter(40)), true);
});

test('what is larger than the room is alone in it', async () => {
  const room = new Room(100);
  await room.enter(1);
  const large = room.enter(500);
  assert.equal(await isIn(large), false);
  room.leave(1);
  assert.equal(await isIn(large), true);
  const next = room.enter(1);
  assert.equal(await isIn(next), false);
  room.leave(500);
  assert.equal(await isIn(next), true);
});

test('the weight of a value is that of its texts, wherever they are, and of what holds them', () => {
  assert.equal(weightOf('x'.repeat(100)) - weightOf(''), 100);
  const deep = { a: [{ b: 'x'.repeat(1_000) }], secret: new Sensitive({ password: 'y'.repeat(500) }), none: undefined };
  assert.ok(weightOf(deep) >= 1_500 && weightOf(deep) < 1_700, String(weightOf(deep)));
  assert.ok(weightOf(Array(1_000).fill(null)) >= 1_000);
});
