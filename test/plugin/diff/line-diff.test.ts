import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hunksOf } from '../../../plugin/diff/hunks.ts';
import { compareLines } from '../../../plugin/diff/line-diff.ts';

const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 });

function compared(before: string, after: string): string[] {
  return compareLines([...before], [...after]).map(({ mark, text }) => mark + text);
}

/** The length of the longest common subsequence, by its definition. */
function longestCommon(before: readonly string[], after: readonly string[]): number {
  let row = Array.from({ length: after.length + 1 }, () => 0);
  for (const line of before) {
    const next = [0];
    for (const [index, other] of after.entries()) {
      next.push(line === other ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
    }
    row = next;
  }
  return row[after.length] ?? 0;
}

test('a comparison holds both texts, and keeps as many lines as can be kept', () => {
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const all = compareLines(before, after);
      const without = (absent: string) => all.filter(({ mark }) => mark !== absent).map(({ text }) => text);
      assert.deepEqual([without('+'), without('-')], [before, after]);
      assert.equal(all.filter(({ mark }) => mark === ' ').length, longestCommon(before, after));
    }),
  );
});

test('what is removed comes before what is added in its place', () => {
  assert.deepEqual(compared('axb', 'ayb'), [' a', '-x', '+y', ' b']);
  assert.deepEqual(compared('', 'ab'), ['+a', '+b']);
  assert.deepEqual(compared('ab', ''), ['-a', '-b']);
});

test('texts that have nothing in common are compared all the same, however long they are', () => {
  const before = Array.from({ length: 3_000 }, (_, index) => `before ${index}`);
  const after = Array.from({ length: 3_000 }, (_, index) => `after ${index}`);
  assert.equal(compareLines(['same', ...before], ['same', ...after]).length, 6_001);
});

test('a hunk has three lines around what differs, and says where it is', () => {
  const before = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
  const after = before.with(9, 'changed').toSpliced(18, 0, 'new');
  assert.deepEqual(
    hunksOf(compareLines(before, after)).map(({ head, lines: shown }) => [head, shown.length]),
    [
      ['@@ -7,7 +7,7 @@', 8],
      ['@@ -16,5 +16,6 @@', 6],
    ],
  );
});

test('what is whole new or gone begins at no line, and one line has no length', () => {
  assert.deepEqual(
    hunksOf(compareLines([], ['a', 'b'])).map(({ head }) => head),
    ['@@ -0,0 +1,2 @@'],
  );
  assert.deepEqual(
    hunksOf(compareLines(['a'], [])).map(({ head }) => head),
    ['@@ -1 +0,0 @@'],
  );
  assert.deepEqual(hunksOf(compareLines(['a'], ['a'])), []);
});
