import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startKubeApi } from './kube-api.ts';

test('a folder for kustomize can be started with: what tells kustomize alone is no object', async (t) => {
  const crds = fileURLToPath(new URL('../../sidecar/deploy/crds', import.meta.url));
  const api = await startKubeApi({ objects: [crds] });
  t.after(() => api.stop());
  assert.equal(api.stored('customresourcedefinitions', 'apiextensions.k8s.io').length, 2);
});
