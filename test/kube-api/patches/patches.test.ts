import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { equal, type Json, type JsonObject } from '../json.ts';
import { listMap, map, object, set, string } from '../schema/schema.ts';
import { jsonPatch } from './json-patch.ts';
import { mergePatch } from './merge-patch.ts';
import { strategicMerge } from './strategic-merge.ts';

test('a JSON patch does what RFC 6902 says', () => {
  const document = { a: [1, 2], b: { c: 1 }, 'x/y': 0 };
  const cases: [Json, Json][] = [
    [[{ op: 'add', path: '/a/1', value: 9 }], { ...document, a: [1, 9, 2] }],
    [[{ op: 'add', path: '/a/-', value: 9 }], { ...document, a: [1, 2, 9] }],
    [[{ op: 'remove', path: '/b/c' }], { ...document, b: {} }],
    [[{ op: 'replace', path: '/x~1y', value: 1 }], { ...document, 'x/y': 1 }],
    [[{ op: 'move', from: '/b/c', path: '/d' }], { ...document, b: {}, d: 1 }],
    [[{ op: 'copy', from: '/b', path: '/d' }], { ...document, d: { c: 1 } }],
    [[{ op: 'test', path: '/b', value: { c: 1 } }], document],
  ];
  for (const [patch, wanted] of cases) assert.deepEqual(jsonPatch(document, patch), wanted, JSON.stringify(patch));
});

test('a JSON patch that does not fit is refused and leaves the document alone', () => {
  const document = { a: [1] };
  const wrong: Json[] = [
    [{ op: 'test', path: '/a', value: [2] }],
    [{ op: 'remove', path: '/none' }],
    [{ op: 'replace', path: '/none', value: 1 }],
    [{ op: 'add', path: '/a/7', value: 1 }],
    [{ op: 'add', path: '/a/-' }],
    [{ op: 'jump', path: '/a' }],
  ];
  for (const patch of wrong) assert.throws(() => jsonPatch(document, patch), { code: 422 }, JSON.stringify(patch));
  assert.deepEqual(document, { a: [1] });
});

test('merging an object of no nulls into nothing gives that object, and merging it again changes nothing', () => {
  const values = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, fc.string(), fc.integer(), fc.boolean(), fc.array(fc.integer()), tie('members')),
    members: fc.dictionary(
      fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
      tie('value'),
    ),
  }));
  fc.assert(
    fc.property(values.members, (generated) => {
      const patch = generated as JsonObject;
      assert.ok(equal(mergePatch({}, patch), patch));
      assert.ok(equal(mergePatch(patch, patch), patch));
    }),
  );
});

test('a strategic merge merges lists by the rules of the schema', () => {
  const schema = object({
    data: map(string),
    finalizers: set(string),
    owners: listMap(object({ uid: string, name: string }), 'uid'),
  });
  const document = { data: { a: '1', b: '2' }, finalizers: ['x'], owners: [{ uid: '1', name: 'one' }] };
  const cases: [JsonObject, JsonObject][] = [
    [{ data: { a: null, c: '3' } }, { data: { b: '2', c: '3' } }],
    [{ data: { $patch: 'replace', c: '3' } }, { data: { c: '3' } }],
    [{ finalizers: ['y'] }, { finalizers: ['y', 'x'] }],
    [{ '$deleteFromPrimitiveList/finalizers': ['x'] }, { finalizers: [] }],
    [{ owners: [{ uid: '1', name: 'uno' }, { uid: '2' }] }, { owners: [{ uid: '1', name: 'uno' }, { uid: '2' }] }],
    [{ owners: [{ uid: '1', $patch: 'delete' }] }, { owners: [] }],
  ];
  for (const [patch, wanted] of cases)
    assert.deepEqual(strategicMerge(document, patch, schema), { ...document, ...wanted });
});
