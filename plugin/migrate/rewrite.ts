import type { Cluster } from '#common/cluster/cluster.ts';
import { DEPLOYMENT } from '#common/cluster/objects.ts';
import type { DryRun } from '../dry-run.ts';
import { orTryAgain, PLUGIN_FIELD_MANAGER } from '../requests/ask.ts';
import type { Deployment } from './workload.ts';

/** What is merged into a Deployment. */
export interface Rewriting {
  /** null takes one away. */
  readonly annotations?: Readonly<Record<string, string | null>>;
  readonly replicas?: number;
}

/**
 * Changes a Deployment as it is now: what `change` gives is merged in, in one write and on the very version that it was given;
 * nothing is written where it gives undefined, and nothing is sent with `client`. Throws what the cluster throws.
 */
export async function rewriteDeployment(
  cluster: Cluster,
  { metadata: { namespace, name } }: Pick<Deployment, 'metadata'>,
  dryRun: DryRun,
  change: (now: Deployment) => Rewriting | undefined,
): Promise<Deployment> {
  const ref = { kind: DEPLOYMENT, namespace, name };
  const options = { fieldManager: PLUGIN_FIELD_MANAGER, dryRun: dryRun === 'server' };
  for (let tries = 1; ; tries += 1) {
    const now = await cluster.get<Deployment>(ref);
    const rewriting = change(now);
    if (rewriting === undefined || dryRun === 'client') return now;
    const { annotations, replicas } = rewriting;
    const { resourceVersion } = now.metadata;
    const patch = {
      metadata: { resourceVersion, ...(annotations ? { annotations } : {}) },
      ...(replicas === undefined ? {} : { spec: { replicas } }),
    };
    try {
      return await cluster.mergePatch<Deployment>(ref, patch, options);
    } catch (error) {
      orTryAgain(error, tries);
    }
  }
}
