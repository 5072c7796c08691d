import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Known } from '#common/cluster/known.ts';
import type { KubeObject } from '#common/cluster/objects.ts';

function object(name: string, uid: string, resourceVersion: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'a', uid, resourceVersion } };
}

function told(changes: readonly { readonly type: string; readonly object: KubeObject }[]): readonly string[] {
  return changes.map(({ type, object: { metadata } }) => `${type} ${metadata.name} ${metadata.uid}`);
}

test('each change is told once, whichever way it was seen', () => {
  const known = new Known<KubeObject>();
  assert.deepEqual(told(known.put(object('x', '1', '5'))), ['added x 1']);
  assert.deepEqual(told(known.put(object('x', '1', '5'))), []);
  assert.deepEqual(told(known.put(object('x', '1', '6'))), ['modified x 1']);
  assert.deepEqual(told(known.replace([object('x', '1', '6'), object('y', '2', '7')])), ['added y 2']);
  assert.deepEqual(told(known.replace([object('y', '2', '8')])), ['deleted x 1', 'modified y 2']);
  assert.deepEqual(told(known.remove(object('x', '1', '9'))), []);
  assert.deepEqual(told(known.remove(object('y', '2', '9'))), ['deleted y 2']);
});

test('an object that was deleted and created again between two looks gives both changes', () => {
  const known = new Known<KubeObject>();
  known.put(object('x', '1', '5'));
  assert.deepEqual(told(known.replace([object('x', '2', '9')])), ['deleted x 1', 'added x 2']);
});

test('objects of one name in two namespaces are two', () => {
  const known = new Known<KubeObject>();
  const [here, there] = [
    object('x', '1', '5'),
    { ...object('x', '2', '6'), metadata: { name: 'x', namespace: 'b', uid: '2' } },
  ];
  assert.deepEqual(told(known.replace([here, there])), ['added x 1', 'added x 2']);
  assert.deepEqual(told(known.replace([there])), ['deleted x 1']);
});

test('a large object is not kept, only what tells which one is gone', () => {
  const known = new Known<KubeObject & { readonly data: string }>();
  known.put({ ...object('x', '1', '5'), data: 'large' });
  const [gone] = known.replace([]);
  assert.equal(gone?.object.metadata.uid, '1');
  assert.equal(gone.object.data, undefined);
});
