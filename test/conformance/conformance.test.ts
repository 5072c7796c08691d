import { test } from 'node:test';
import { startTestCluster } from '../cluster/start-test-cluster.ts';
import { APPLY_CASES } from './cases/apply.ts';
import { BUILT_IN_CASES } from './cases/built-ins.ts';
import { CUSTOM_CASES } from './cases/custom-resources.ts';
import { DEFINITION_CASES } from './cases/definitions.ts';
import { DELETE_CASES } from './cases/deletes.ts';
import { KUBECTL_CASES } from './cases/kubectl.ts';
import { LIST_CASES } from './cases/lists.ts';
import { OBJECT_CASES } from './cases/objects.ts';
import { PATCH_CASES } from './cases/patches.ts';
import { RIGHTS_CASES } from './cases/rights.ts';
import { WATCH_CASES } from './cases/watches.ts';
import { type Case, createWorld } from './world.ts';

const AREAS: Readonly<Record<string, readonly Case[]>> = {
  objects: OBJECT_CASES,
  patches: PATCH_CASES,
  apply: APPLY_CASES,
  deletes: DELETE_CASES,
  lists: LIST_CASES,
  watches: WATCH_CASES,
  'custom resources': CUSTOM_CASES,
  definitions: DEFINITION_CASES,
  rights: RIGHTS_CASES,
  'built-ins': BUILT_IN_CASES,
  kubectl: KUBECTL_CASES,
};

test('the API server does what this project leans on', async (t) => {
  const api = await startTestCluster(t, { crds: 'field' });
  for (const [area, cases] of Object.entries(AREAS)) {
    for (const [at, { name, needs, run }] of cases.entries()) {
      const skip = needs === 'controllers' && !api.hasControllers && 'there is no kube-controller-manager';
      await t.test(`${area}: ${name}`, { skip }, async () =>
        run(await createWorld(api, `${area.replace(' ', '-')}-${at}`)),
      );
    }
  }
});
