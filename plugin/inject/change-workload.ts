import type { Cluster } from '#common/cluster/cluster.ts';
import type { Invocation } from '../command.ts';
import { type DryRun, readDryRun } from '../dry-run.ts';
import type { AppliedObject } from '../install/apply.ts';
import { fullName } from '../install/kinds.ts';
import { isWaitedFor, readTimeoutMs } from '../wait/flags.ts';
import { ejectWorkload } from './live/eject.ts';
import { injectWorkload } from './live/inject.ts';
import { readWorkloadRef, type Workload, type WorkloadRef, workloadFullName } from './live/kinds.ts';
import { awaitRollout, heldRollout } from './live/rollout.ts';
import { type Ungranted, ungrant } from './live/ungrant.ts';
import { type ChangedRight, EJECT_DOCUMENT_KIND, INJECT_DOCUMENT_KIND, type InjectionResult } from './result.ts';
import { requireWaiting } from './where.ts';

const FIVE_MINUTES_MS = 5 * 60_000;

interface Target {
  readonly cluster: Cluster;
  readonly ref: WorkloadRef;
  readonly dryRun: DryRun;
  readonly timeoutMs: number;
}

async function findTarget(invocation: Invocation, workload: string): Promise<Target> {
  const { flags, connect } = invocation;
  const dryRun = readDryRun(flags);
  requireWaiting(invocation, dryRun !== 'none');
  const timeoutMs = readTimeoutMs(flags, FIVE_MINUTES_MS);
  // What is no workload is said before anybody is asked.
  readWorkloadRef(workload, '');
  const { cluster, namespace } = await connect();
  const ref = readWorkloadRef(workload, flags.text('workload-namespace') ?? namespace ?? 'default');
  return { cluster, ref, dryRun, timeoutMs };
}

/** `inject TYPE/NAME`. */
export async function injectInCluster(invocation: Invocation, workload: string): Promise<InjectionResult> {
  const target = await findTarget(invocation, workload);
  const { cluster, ref, dryRun } = target;
  const injected = await injectWorkload(invocation, cluster, ref, dryRun);
  const result: InjectionResult = {
    kind: INJECT_DOCUMENT_KIND,
    workloads: [{ ...placeOf(ref), action: injected.action }],
    sidecar: injected.settings,
    rights: injected.bindings.map(rightOf),
    notes: injected.action === 'unchanged' ? [] : injected.notes,
    warnings: injected.warnings,
    dryRun,
  };
  return awaited(invocation, target, injected.workload, result);
}

/** `eject TYPE/NAME`: the rights go when no Pod of the workload needs them any more. */
export async function ejectInCluster(invocation: Invocation, workload: string): Promise<InjectionResult> {
  const target = await findTarget(invocation, workload);
  const { cluster, ref, dryRun } = target;
  const { record, account, workload: changed } = await ejectWorkload(cluster, ref, dryRun);
  const result: InjectionResult = {
    kind: EJECT_DOCUMENT_KIND,
    workloads: [{ ...placeOf(ref), action: record ? 'ejected' : 'unchanged' }],
    ...{ rights: [], notes: [], warnings: [], dryRun },
  };
  if (!record) return result;
  const done = await awaited(invocation, target, changed, result);
  const gone = await ungrant(cluster, { ref, record, account, dryRun });
  for (const { name, action, why } of gone) {
    invocation.progress.step(action === 'kept' ? 'none' : 'ok', 'rights', `${name} ${action}${why ? `: ${why}` : ''}`);
  }
  return { ...done, rights: gone.map(rightOf) };
}

/** The result with the end of the rollout, where that is waited for. */
async function awaited(
  invocation: Invocation,
  { cluster, ref, dryRun, timeoutMs }: Target,
  workload: Workload,
  result: InjectionResult,
): Promise<InjectionResult> {
  if (dryRun !== 'none') return result;
  const held = heldRollout(workload);
  if (held !== undefined) return { ...result, notes: [...result.notes, `${workloadFullName(ref)}: ${held}`] };
  if (!isWaitedFor(invocation.flags)) return result;
  return { ...result, rollout: await awaitRollout(invocation, cluster, ref, timeoutMs) };
}

function placeOf({ kind, name, namespace }: WorkloadRef) {
  return { kind: kind.kind, name, namespace };
}

function rightOf(one: AppliedObject | Ungranted): ChangedRight {
  if ('object' in one) {
    return { name: fullName(one.object), namespace: one.object.metadata.namespace, action: one.action };
  }
  return one;
}
