import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readKubeconfig } from '#common/cluster/kubeconfig-file.ts';
import { readList, readObject } from '#common/cluster/read-object.ts';

const NAMED = { metadata: { name: 'a' } };

test('what is no object of the API is none, whoever answers with 200', () => {
  for (const value of [
    undefined,
    null,
    'ok',
    [],
    {},
    { ok: true },
    { metadata: {} },
    { metadata: { name: 1 } },
    { metadata: { name: 'a', labels: ['b'] } },
    { metadata: { name: 'a', annotations: { b: 1 } } },
    { metadata: { name: 'a', ownerReferences: ['b'] } },
    { ...NAMED, data: { b: 1 } },
  ]) {
    assert.equal(readObject(value), undefined, JSON.stringify(value));
    assert.equal(readList({ items: [NAMED, value] }), undefined, JSON.stringify(value));
  }
  assert.deepEqual(readObject(NAMED), NAMED);
});

test('null is nothing, as Go writes it', () => {
  const nulls = { metadata: { name: 'a', labels: null, annotations: null, ownerReferences: null }, data: null };
  assert.deepEqual(readObject(nulls), NAMED);
  assert.deepEqual(readList({ items: null, metadata: {} }), { items: [], continue: undefined, resourceVersion: '' });
  const list = { items: [NAMED], metadata: { continue: 'c', resourceVersion: '1' } };
  assert.deepEqual(readList(list), { items: [NAMED], continue: 'c', resourceVersion: '1' });
});

test('a kubeconfig with a part of another shape is refused by the name of the part, and nothing of its value', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'kubeconfig-flaw-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'config');
  for (const [kind, entry, flaw] of [
    ['user', { token: 123456789 }, /user "a": token is no text$/],
    ['user', { 'as-groups': 'canary' }, /as-groups is no list of texts$/],
    ['user', { exec: 'canary' }, /exec is no map$/],
    ['user', { exec: { command: ['canary'] } }, /command is no text$/],
    ['user', { exec: { command: 'c', env: [{ name: 'canary' }] } }, /env is no list of names and values$/],
    ['user', { 'as-user-extra': { a: 'canary' } }, /as-user-extra is no map of lists$/],
    ['cluster', { server: { a: 'canary' } }, /cluster "a": server is no text$/],
    ['cluster', { 'insecure-skip-tls-verify': 'canary' }, /is neither true nor false$/],
    ['context', { namespace: 1 }, /context "a": namespace is no text$/],
  ] as const) {
    await writeFile(path, JSON.stringify({ [`${kind}s`]: [{ name: 'a', [kind]: entry }] }));
    await assert.rejects(
      readKubeconfig([path]),
      (error: Error) => flaw.test(error.message) && !/canary|1234/.test(error.message),
    );
  }
});
