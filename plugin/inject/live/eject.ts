import type { Cluster } from '#common/cluster/cluster.ts';
import { requireRights } from '../../connect/rights.ts';
import type { DryRun } from '../../dry-run.ts';
import type { InjectionRecord } from '../annotation.ts';
import type { Account } from '../bindings.ts';
import { planRemoval, remove } from '../removal.ts';
import { recordIn, serviceAccountOf } from '../template.ts';
import { patchTemplate, withLatest } from './change-workload.ts';
import type { Workload, WorkloadRef } from './kinds.ts';

export interface EjectedWorkload {
  /** Undefined where there was no sidecar, and nothing was done. */
  readonly record: InjectionRecord | undefined;
  readonly account: Account;
  readonly workload: Workload;
}

/** Takes the sidecar out of a workload of the cluster: what remains is what there was before. Throws what the cluster throws. */
export async function ejectWorkload(cluster: Cluster, ref: WorkloadRef, dryRun: DryRun): Promise<EjectedWorkload> {
  const { kind, name, namespace } = ref;
  if (dryRun !== 'client') {
    const right = { resource: `${kind.plural}.apps`, namespace, name };
    await requireRights(cluster, [
      { verb: 'get', ...right },
      { verb: 'patch', ...right },
    ]);
  }
  return withLatest(cluster, ref, async (live): Promise<EjectedWorkload> => {
    const { template } = live.spec;
    const record = recordIn(template);
    // Somebody may have given the Pods another one since.
    const account = { namespace, name: record?.account ?? serviceAccountOf(template) };
    if (!record || dryRun === 'client') return { record, account, workload: live };
    const without = remove(template, planRemoval(template, record));
    const workload = await patchTemplate(cluster, ref, live, without, dryRun === 'server');
    return { record, account, workload };
  });
}
