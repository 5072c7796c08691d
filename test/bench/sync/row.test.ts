import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bar, judge, table } from './row.ts';

function verdict(figure: number, bar: Bar): boolean | undefined {
  return judge({ what: 'it', figure, unit: 's', by: { name: 'another', figure: 2 }, bar }).ok;
}

test('a bar holds where all of its parts do', () => {
  assert.deepEqual([verdict(3, { atMost: 3 }), verdict(3.1, { atMost: 3 })], [true, false]);
  assert.deepEqual([verdict(3, { exactly: 3 }), verdict(2, { exactly: 3 })], [true, false]);
  assert.deepEqual([verdict(3, { ratioAtMost: 1.5 }), verdict(3.1, { ratioAtMost: 1.5 })], [true, false]);
  assert.deepEqual([verdict(3, { ratioAtLeast: 1.5 }), verdict(2.9, { ratioAtLeast: 1.5 })], [true, false]);
  assert.equal(verdict(3, { atMost: 3, ratioAtMost: 1.4 }), false);
});

test('what was not measured misses its bar', () => {
  assert.equal(verdict(Number.NaN, { atMost: 3 }), false);
  assert.equal(judge({ what: 'it', figure: 1, unit: 's', bar: { ratioAtMost: 1.5 } }).ok, false);
});

test('a figure without a bar is told for comparison', () => {
  const row = judge({ what: 'it', figure: 1, unit: 's' });
  assert.equal(row.ok, undefined);
  assert.equal(table([row]), 'what  figure  ratio  of  bar  ok\nit    1 s                     -\n');
});
