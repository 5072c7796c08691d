import type { Cluster } from '#common/cluster/cluster.ts';
import { whoAmI } from '#common/cluster/who-am-i.ts';

/** Who the plugin says that asks: as the API server knows them, or, where it does not tell, as the kubeconfig does. */
export async function whoAsks({ cluster }: { readonly cluster: Cluster }): Promise<string> {
  return (await whoAmI(cluster)) ?? 'user (in the kubeconfig)';
}
