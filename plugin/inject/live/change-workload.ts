import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
import { orTryAgain, PLUGIN_FIELD_MANAGER } from '../../requests/ask.ts';
import type { Template } from '../template.ts';
import type { Workload, WorkloadRef } from './kinds.ts';
import { mergePatchBetween } from './template-patch.ts';

/**
 * Patches the template of a workload as it was read: a merge patch with a resourceVersion precondition. Gives what the API
 * server made of it. Throws what the cluster throws, ClusterConflict where somebody else was first.
 */
export function patchTemplate(
  cluster: Cluster,
  ref: WorkloadRef,
  { metadata, spec }: Workload,
  template: Template,
  dryRun: boolean,
): Promise<Workload> {
  const patch = {
    metadata: { resourceVersion: metadata.resourceVersion },
    spec: { template: mergePatchBetween(spec.template, template) },
  };
  return cluster.mergePatch<Workload>(ref, patch, { fieldManager: PLUGIN_FIELD_MANAGER, dryRun });
}

/** Does something to a workload as it is now; anew where somebody else changed it meanwhile. */
export async function withLatest<T>(
  cluster: Cluster,
  ref: WorkloadRef,
  act: (workload: Workload) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const workload = await getWorkload(cluster, ref);
    try {
      return await act(workload);
    } catch (error) {
      orTryAgain(error, tries);
    }
  }
}

async function getWorkload(cluster: Cluster, ref: WorkloadRef): Promise<Workload> {
  const workload = await cluster.find<Workload>(ref);
  if (workload) return workload;
  const message = `there is no ${ref.kind.kind} ${ref.name} in namespace ${ref.namespace} (--workload-namespace)`;
  throw new CompassError('ClusterNotFound', message, { next: `kubectl -n ${ref.namespace} get ${ref.kind.plural}` });
}
