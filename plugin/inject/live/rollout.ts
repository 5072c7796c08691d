import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
import { isRecord } from '#common/json.ts';
import type { Invocation } from '../../command.ts';
import { waitFor } from '../../wait/wait-for.ts';
import { recordsAt, valueAt } from '../template.ts';
import type { Workload, WorkloadRef } from './kinds.ts';
import { workloadFullName } from './kinds.ts';

export interface RolloutJudgement {
  readonly isDone: boolean;
  readonly text: string;
  /** Why it never comes to its end by itself. */
  readonly isStuck?: true;
}

/** How far the Pods of a workload have been replaced by those of its present template. */
export function judgeRollout(workload: Workload | undefined): RolloutJudgement {
  if (!workload) return { isDone: false, text: 'it is not there' };
  const { metadata, status } = workload;
  if (numberAt(status, 'observedGeneration') < (metadata.generation ?? 1)) {
    return { isDone: false, text: 'nobody has looked at it yet' };
  }
  const failure = recordsAt(status, ['conditions']).find(({ reason }) => reason === 'ProgressDeadlineExceeded');
  if (failure) return { isDone: false, isStuck: true, text: `it makes no progress: ${failure['message']}` };
  const { wanted, updated, ready, total } = countsOf(workload);
  if (updated < wanted) return { isDone: false, text: `${updated} of ${wanted} Pods are new` };
  if (total > updated) return { isDone: false, text: oldPods(total - updated) };
  return { isDone: ready >= wanted, text: `${ready} of ${wanted} Pods are ready` };
}

function oldPods(count: number): string {
  return count === 1 ? '1 old Pod is still there' : `${count} old Pods are still there`;
}

interface Counts {
  readonly wanted: number;
  readonly updated: number;
  readonly ready: number;
  readonly total: number;
}

function countsOf({ kind, spec, status }: Workload): Counts {
  if (kind === 'DaemonSet') {
    const wanted = numberAt(status, 'desiredNumberScheduled');
    const updated = numberAt(status, 'updatedNumberScheduled');
    return { wanted, updated, ready: numberAt(status, 'numberAvailable'), total: updated };
  }
  const { replicas } = spec;
  const wanted = typeof replicas === 'number' ? replicas : 1;
  const ready = numberAt(status, kind === 'StatefulSet' ? 'readyReplicas' : 'availableReplicas');
  // A StatefulSet with a partition keeps old Pods below it for good.
  const partition = valueAt(spec, ['updateStrategy', 'rollingUpdate', 'partition']);
  const kept = kind === 'StatefulSet' && typeof partition === 'number' ? Math.min(partition, wanted) : 0;
  // One whose Pods are all of one revision counts none as updated.
  const isWhole = status?.['currentRevision'] !== undefined && status['currentRevision'] === status['updateRevision'];
  const counted = numberAt(status, 'updatedReplicas') + kept;
  const updated = kind === 'StatefulSet' && isWhole ? wanted : counted;
  return { wanted, updated, ready, total: kind === 'StatefulSet' ? updated : numberAt(status, 'replicas') };
}

function numberAt(status: unknown, field: string): number {
  const value = isRecord(status) ? status[field] : undefined;
  return typeof value === 'number' ? value : 0;
}

/** Why the Pods do not get the new template by themselves; undefined where they do. */
export function heldRollout({ spec }: Workload): string | undefined {
  if (spec['paused'] === true) return 'it is paused: its Pods are replaced when it is resumed (kubectl rollout resume)';
  const type = valueAt(spec, ['updateStrategy', 'type']);
  return type === 'OnDelete' ? 'its update strategy is OnDelete: its Pods are replaced as they are deleted' : undefined;
}

/**
 * Waits until all Pods are of the present template and ready. Throws TimedOut with how far it has come, NotReady where the
 * Deployment gives up, Interrupted at Ctrl-C; the rollout goes on.
 */
export async function awaitRollout(
  invocation: Pick<Invocation, 'clock' | 'flags' | 'interrupted' | 'progress'>,
  cluster: Cluster,
  ref: WorkloadRef,
  timeoutMs: number,
): Promise<string> {
  const name = workloadFullName(ref);
  const goOn = `kubectl -n ${ref.namespace} rollout status ${name}`;
  let last = 'nothing was seen yet';
  const text = await waitFor<Workload, string>(invocation, {
    cluster,
    ref,
    timeoutMs,
    look: (workload) => {
      const rollout = judgeRollout(workload);
      if (rollout.text !== last) invocation.progress.busy('rollout', rollout.text);
      last = rollout.text;
      if (rollout.isStuck) throw new CompassError('NotReady', `the rollout of ${name} failed: ${last}`, { next: goOn });
      return rollout.isDone ? last : undefined;
    },
    waitingFor: () => `the rollout of ${name}: ${last}`,
    goOn,
  });
  invocation.progress.step('ok', 'rollout', text);
  return text;
}
