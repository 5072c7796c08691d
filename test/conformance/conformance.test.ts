import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { startTestCluster } from '../cluster/start-test-cluster.ts';
import { APPLY_CASES } from './cases/apply.ts';
import { BUILT_IN_CASES } from './cases/built-ins.ts';
import { CUSTOM_CASES } from './cases/custom-resources.ts';
import { DEFINITION_CASES } from './cases/definitions.ts';
import { DELETE_CASES } from './cases/deletes.ts';
import { KUBECTL_CASES } from './cases/kubectl.ts';
import { LIST_CASES } from './cases/lists.ts';
import { MATRIX_CASES } from './cases/matrix.ts';
import { OBJECT_CASES } from './cases/objects.ts';
import { PATCH_CASES } from './cases/patches.ts';
import { RIGHTS_CASES } from './cases/rights.ts';
import { WATCH_CASES } from './cases/watches.ts';
import { WORKLOAD_CASES } from './cases/workloads.ts';
import { triplesOf } from './triples.ts';
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
  workloads: WORKLOAD_CASES,
  kubectl: KUBECTL_CASES,
  matrix: MATRIX_CASES,
};

/** Cases that define their own CompassConnection (for its status) do so in a group of their own. */
const OWN_GROUP = /\.custom-resources-\d+\.example\.com /;

test('the API server does what this project leans on', async (t) => {
  const api = await startTestCluster(t, { crds: 'field', endsNamespaces: true });
  for (const [area, cases] of Object.entries(AREAS)) {
    for (const [at, { name, needs, run }] of cases.entries()) {
      const noControllers = needs === 'controllers' && !api.hasControllers && 'there is no kube-controller-manager';
      const skip = noControllers || (area === 'kubectl' && NO_KUBECTL);
      const namespace = `${area.replace(' ', '-')}-${at}`;
      await t.test(`${area}: ${name}`, { skip }, async () => run(await createWorld(api, namespace)));
    }
  }
  const { embedded } = api;
  const skip = embedded === undefined && 'the embedded server keeps the record';
  await t.test('each verb, kind and patch type that the journeys sent has a case', { skip }, async () => {
    const recorded: unknown = JSON.parse(await readFile(new URL('recorded.json', import.meta.url), 'utf8'));
    assert.ok(Array.isArray(recorded) && recorded.length > 0);
    const covered = triplesOf(embedded?.requests() ?? []).map((triple) =>
      triple.replace(OWN_GROUP, '.compass.kyma-project.io '),
    );
    const missing = recorded.filter((triple) => !covered.includes(String(triple)));
    assert.deepEqual(missing, []);
  });
});
