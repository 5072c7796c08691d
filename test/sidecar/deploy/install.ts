import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { NAMESPACE } from '#common/cluster/objects.ts';
import type { Crds } from '../../cluster/crds.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { DEPLOY_FOLDER } from './render.ts';

/** A cluster with the manifests applied as the README says, and the sidecar's own ServiceAccount in it. */
export async function install(t: TestContext, crds: Crds) {
  const admin = await startTestCluster(t, { crds });
  for (const name of ['kyma-system', 'istio-system']) {
    await admin.cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  for (const args of [
    ['-k', DEPLOY_FOLDER],
    ['-f', `${DEPLOY_FOLDER}/components/istio-ca/rights.yaml`],
  ]) {
    const { code, stderr } = await admin.kubectl(['apply', '--server-side', ...args]);
    assert.equal(code, 0, stderr);
  }
  return { admin, sidecar: await admin.asServiceAccount('compass-system', 'compass-sidecar') };
}
