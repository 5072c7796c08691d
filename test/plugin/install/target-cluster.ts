import type { TestContext } from 'node:test';
import { DEPLOYMENT, type KubeObject, NAMESPACE } from '#common/cluster/objects.ts';
import type { SidecarDeployment } from '../../../plugin/install/deployment.ts';
import { kindOf } from '../../../plugin/install/kinds.ts';
import type { Crds } from '../../cluster/crds.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { runHere } from '../run-plugin.ts';

export const SIDECAR = { kind: DEPLOYMENT, namespace: 'compass-system', name: 'compass-sidecar' };

/** A cluster with these definitions and the integration namespace, without a sidecar or anybody who would run it. */
export async function startCluster(t: TestContext, crds: Crds = 'none') {
  const api = await startTestCluster(t, { crds });
  const makeNamespace = (name: string) =>
    api.cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await makeNamespace('kyma-system');
  const env = { KUBECONFIG: api.kubeconfigPath };
  const plugin = (...args: string[]) => runHere(args, env);
  const present = (object: KubeObject) => {
    const { name, namespace } = object.metadata;
    return api.cluster.find<KubeObject>({ kind: kindOf(object), name, namespace });
  };
  const sidecar = () => api.cluster.get<SidecarDeployment>(SIDECAR);
  return { api, cluster: api.cluster, plugin, present, sidecar, makeNamespace };
}
