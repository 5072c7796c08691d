import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../json.ts';
import { inElementOrder } from './element-order.ts';

test("a strategic merge keeps the patch's order, and what the server had before a patched item stays before it", () => {
  const cases: { live: string; order: string; merged: string; wanted: string }[] = [
    { live: 'ab', order: 'c', merged: 'abc', wanted: 'cab' },
    { live: 'ab', order: 'b', merged: 'ab', wanted: 'ab' },
    { live: 'abc', order: 'ca', merged: 'abc', wanted: 'bca' },
    { live: '', order: 'ba', merged: 'ab', wanted: 'ba' },
    { live: 'abc', order: 'bd', merged: 'abcd', wanted: 'abdc' },
  ];
  const same = (left: Json, right: Json) => left === right;
  for (const { live, order, merged, wanted } of cases) {
    assert.equal(inElementOrder([...merged], [...order], [...live], same).join(''), wanted, `${live} ${order}`);
  }
});
