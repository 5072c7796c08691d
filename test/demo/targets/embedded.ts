import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectCluster } from '#common/cluster/connect.ts';
import { NAMESPACE } from '#common/cluster/objects.ts';
import { installCrd, readCrds } from '../../cluster/crds.ts';
import { startKubeApi } from '../../kube-api/kube-api.ts';
import type { Narrator } from '../narrator.ts';
import { namespacesOf, USUAL_PLACE } from '../place.ts';
import type { Target } from '../target.ts';

/** Starts the embedded API server, with its kubeconfig in `folder` and everything under its usual name. */
export async function openEmbedded(folder: string, narrator: Narrator): Promise<Target> {
  const api = await startKubeApi();
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, api.kubeconfig(), { mode: 0o600 });
  const cluster = await connectCluster({ kubeconfigPath: kubeconfig, userAgent: 'compass-demo' });
  narrator.done(`the embedded Kubernetes API server listens: ${api.url}`);
  for (const definition of await readCrds('ours')) await installCrd(cluster, definition);
  for (const name of namespacesOf(USUAL_PLACE)) {
    await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  narrator.done('the CRDs CompassConnection and Application are applied');
  return {
    cluster,
    kubeconfig,
    place: USUAL_PLACE,
    async [Symbol.asyncDispose]() {
      cluster.close();
      await api.stop();
    },
  };
}
