import { test } from 'node:test';
import { startTestCluster } from '../cluster/start-test-cluster.ts';
import { APPLY_CASES } from './cases/apply.ts';
import { OBJECT_CASES } from './cases/objects.ts';
import { PATCH_CASES } from './cases/patches.ts';
import { type Case, createWorld } from './world.ts';

const AREAS: Readonly<Record<string, readonly Case[]>> = {
  objects: OBJECT_CASES,
  patches: PATCH_CASES,
  apply: APPLY_CASES,
};

test('the API server does what this project leans on', async (t) => {
  const api = await startTestCluster(t, { crds: 'field' });
  for (const [area, cases] of Object.entries(AREAS)) {
    for (const [at, { name, needs, run }] of cases.entries()) {
      const skip = needs === 'controllers' && !api.hasControllers && 'there is no kube-controller-manager';
      await t.test(`${area}: ${name}`, { skip }, async () => run(await createWorld(api, `${area}-${at}`)));
    }
  }
});
