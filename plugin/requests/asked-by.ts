import type { Cluster } from '#common/cluster/cluster.ts';
import { kubeconfigPaths, readKubeconfig } from '#common/cluster/kubeconfig-file.ts';
import { whoAmI } from '#common/cluster/who-am-i.ts';
import type { Invocation } from '../command.ts';

/**
 * Who asks, as a parameter of a request: the API server's name for them; where it tells nobody (before Kubernetes 1.27) the
 * one that is impersonated, or the entry of the kubeconfig, which says that it is that.
 */
export async function askedBy(
  cluster: Cluster,
  { env, flags, interrupted }: Pick<Invocation, 'env' | 'flags' | 'interrupted'>,
): Promise<{ readonly by?: string }> {
  const by = (await whoAmI(cluster, interrupted)) ?? flags.text('as') ?? (await kubeconfigUser({ env, flags }));
  return by === undefined ? {} : { by };
}

async function kubeconfigUser({ env, flags }: Pick<Invocation, 'env' | 'flags'>): Promise<string | undefined> {
  const config = await readKubeconfig(kubeconfigPaths(env, flags.text('kubeconfig')));
  const context = config?.contexts.get(flags.text('context') ?? config.currentContext ?? '');
  const user = flags.text('user') ?? context?.user;
  return user ? `${user} (in the kubeconfig)` : undefined;
}
