import type { Cluster } from '#common/cluster/cluster.ts';
import type { KubeObject } from '#common/cluster/objects.ts';
import type { DryRun } from '../dry-run.ts';
import { PLUGIN_FIELD_MANAGER } from '../requests/ask.ts';
import type { Belonging } from './belongings.ts';

/**
 * Takes one thing away; of a Secret that also holds what somebody else put there, our keys. True where it was there until now.
 * With `server` the server is asked whether it would let it go; `client` asks nobody. Throws what the cluster throws.
 */
export async function remove(
  cluster: Cluster,
  { ref, uid, keys }: Belonging,
  { dryRun, signal }: { readonly dryRun: DryRun; readonly signal: AbortSignal },
): Promise<boolean> {
  if (dryRun === 'client') return true;
  const isDry = dryRun === 'server';
  if (!keys) return cluster.delete(ref, { uid, dryRun: isDry, propagationPolicy: 'Background', signal });
  const data = Object.fromEntries(keys.map((key) => [key, null]));
  const options = { fieldManager: PLUGIN_FIELD_MANAGER, dryRun: isDry, signal };
  await cluster.mergePatch<KubeObject>(ref, { metadata: { uid }, data }, options);
  return true;
}
