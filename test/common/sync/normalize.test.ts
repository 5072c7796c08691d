import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { normalizeName, serviceName } from '#common/sync/normalize.ts';

const CASES: readonly (readonly [name: string, normalized: string])[] = [
  ['Orders (v2)', 'orders-v2'],
  ['__Ünï', 'n'],
  ['a'.repeat(60), 'a'.repeat(57)],
  [`-${'a'.repeat(60)}`, 'a'.repeat(56)],
  // The cut comes after the dash at the end is dropped, so it may leave one, as the reference does.
  [`${'a'.repeat(56)} b`, `${'a'.repeat(56)}-`],
  ['Bestellungen & Rechnungen', 'bestellungen-rechnungen'],
  ['a--b', 'a-b'],
  ['-', ''],
  ['日本語', ''],
  ['😀 smile 😀', 'smile'],
  ['', ''],
];

for (const [name, normalized] of CASES) {
  test(`${JSON.stringify(name)} is normalized to ${JSON.stringify(normalized)}`, () => {
    assert.equal(normalizeName(name), normalized);
  });
}

test('a normalized name is short, of its alphabet, and stays as it is when it is normalized again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (name) => {
      const normalized = normalizeName(name);
      assert.match(normalized, /^(?:[a-z0-9][a-z0-9-]{0,56})?$/);
      assert.doesNotMatch(normalized, /--/);
      assert.equal(normalizeName(normalized.replace(/-$/, '')), normalized.replace(/-$/, ''));
    }),
  );
});

test("a service's name has the first five digits of SHA-1 of the bundle's id", () => {
  assert.equal(serviceName('Orders (v2)', 'abc'), 'orders-v2-a9993');
  assert.equal(serviceName('日本語', 'abc'), 'a9993');
});
