import type { Cluster } from '#common/cluster/cluster.ts';
import type { Invocation } from '../command.ts';
import { DEFAULT_NAMESPACE } from '../connection/reports.ts';
import { describeRight } from '../connection/right.ts';
import { type DryRun, dryRunNote, readDryRun } from '../dry-run.ts';
import type { AppliedObject } from '../install/apply.ts';
import { fullName } from '../install/kinds.ts';
import { sidecarNamespace } from '../kubeconfig/flags.ts';
import { isWaitedFor, readTimeoutMs } from '../wait/flags.ts';
import { ejectWorkload } from './live/eject.ts';
import { injectWorkload } from './live/inject.ts';
import { readWorkloadRef, type Workload, type WorkloadRef, workloadFullName } from './live/kinds.ts';
import { findLeftGrants } from './live/left-grants.ts';
import { awaitRollout, heldRollout, judgeRollout } from './live/rollout.ts';
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
  const place = sidecarNamespace(invocation.flags, invocation.env) ?? DEFAULT_NAMESPACE;
  const { grants, denied } = record
    ? { grants: [record], denied: undefined }
    : await findLeftGrants(cluster, account, place);
  const notes = denied ? [`${describeRight(denied)}, so that rights of an earlier inject may be left`] : [];
  if (grants.length === 0) return { ...result, notes };
  const done = await awaited(invocation, target, changed, result).catch((error: unknown) => {
    invocation.hint('note: the rights of the sidecar are still there: eject once more when the rollout is over');
    throw error;
  });
  const inUse = dryRun === 'none' ? keptBy(changed, isWaitedFor(invocation.flags)) : undefined;
  const gone: Ungranted[] = [];
  for (const grant of grants) gone.push(...(await ungrant(cluster, { ref, record: grant, account, dryRun, inUse })));
  for (const { name, action, why } of gone) {
    const done = `${name} ${action}${dryRunNote(dryRun)}`;
    invocation.progress.step(action === 'kept' ? 'none' : 'ok', 'rights', `${done}${why ? `: ${why}` : ''}`);
  }
  return { ...done, rights: gone.map(rightOf) };
}

/** Who needs the rights of a workload that does not replace its Pods by itself, or whose rollout nobody has waited for. */
function keptBy(workload: Workload, wasWaitedFor: boolean): string | undefined {
  const mayBeOld = heldRollout(workload) !== undefined || !wasWaitedFor;
  return mayBeOld && !judgeRollout(workload).isDone
    ? 'its Pods are still the old ones: eject once more when they are replaced'
    : undefined;
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
