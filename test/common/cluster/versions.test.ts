import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareVersions } from '#common/cluster/versions.ts';

test('versions that are numbers are ordered as numbers, also where these are larger than a number can be', () => {
  const version = fc.bigInt({ min: 1n, max: 2n ** 80n });
  fc.assert(
    fc.property(version, version, (a, b) => {
      const order = compareVersions(String(a), String(b));
      assert.ok(order !== undefined);
      assert.equal(Math.sign(order), a < b ? -1 : Number(a > b));
    }),
  );
  assert.equal(compareVersions('9', '10'), -1);
  assert.equal(compareVersions('11', '10'), 1);
});

test('of versions that are no numbers it is known only that they are one', () => {
  assert.equal(compareVersions('r-1', 'r-1'), 0);
  const odd = ['', '0', '01', '-1', '1.5', '1e3', ' 1', '1 ', 'r-1'];
  for (const version of odd) {
    assert.equal(compareVersions(version, '7'), undefined, version);
    assert.equal(compareVersions('7', version), undefined, version);
  }
});
