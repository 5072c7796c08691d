import type { Condition, Pod, Workload } from '../pod.ts';
import { condition } from './condition.ts';
import {
  countOf,
  isAvailable,
  isEnding,
  isReady,
  type Plan,
  podOf,
  randomSuffix,
  type Situation,
  templateHash,
} from './pods-of.ts';

const HASH = 'pod-template-hash';

interface Counted {
  readonly live: readonly Pod[];
  readonly updated: readonly Pod[];
  readonly old: readonly Pod[];
  readonly available: number;
  readonly wanted: number;
}

/** What the Deployment controller does (Kubernetes, "Deployments"): Recreate, or RollingUpdate by maxSurge and maxUnavailable. */
export function planDeployment(situation: Situation): Plan {
  const { workload, pods, nowMs } = situation;
  const hash = templateHash(workload.spec.template);
  const live = pods.filter((pod) => !isEnding(pod));
  const isUpdated = ({ metadata }: Pod) => metadata.labels?.[HASH] === hash;
  const counted: Counted = {
    live,
    updated: live.filter(isUpdated),
    old: live.filter((pod) => !isUpdated(pod)),
    available: live.filter((pod) => isAvailable(pod, workload, nowMs)).length,
    wanted: workload.spec.replicas ?? 1,
  };
  const isRecreate = workload.spec.strategy?.type === 'Recreate';
  const { more, remove } = isRecreate ? recreate(counted, pods) : roll(counted, workload, nowMs);
  const name = () => `${workload.metadata.name}-${hash}-${randomSuffix()}`;
  const create = Array.from({ length: more }, () => podOf(workload, name(), { [HASH]: hash }));
  return { create, remove, status: statusOf(situation, counted) };
}

/** Nothing new while anything old is there, also where it only ends. */
function recreate({ updated, old, wanted }: Counted, pods: readonly Pod[]) {
  const isOldThere = pods.length > updated.length;
  const remove = [...old, ...surplus(updated, wanted)];
  return { more: isOldThere ? 0 : Math.max(0, wanted - updated.length), remove };
}

function roll({ live, updated, old, wanted }: Counted, workload: Workload, nowMs: number) {
  const { maxSurge = '25%', maxUnavailable = '25%' } = workload.spec.strategy?.rollingUpdate ?? {};
  const surge = countOf(maxSurge, wanted, Math.ceil);
  const asked = countOf(maxUnavailable, wanted, Math.floor);
  const unavailable = surge === 0 && asked === 0 ? 1 : asked;
  const more = Math.max(0, Math.min(wanted - updated.length, wanted + surge - live.length));
  const works = (pod: Pod) => isAvailable(pod, workload, nowMs);
  const notYet = updated.filter((pod) => !works(pod)).length;
  // What does not work goes first, and of what works as much as may be missing.
  const atMost = Math.max(0, live.length - (wanted - unavailable) - notYet);
  const ordered = [...old.filter((pod) => !works(pod)), ...old.filter(works)];
  return { more, remove: [...ordered.slice(0, atMost), ...surplus(updated, wanted)] };
}

/** Beyond what is wanted: those that are not ready first, then the youngest. */
function surplus(pods: readonly Pod[], wanted: number): readonly Pod[] {
  const age = ({ metadata }: Pod) => metadata.creationTimestamp ?? '';
  const ordered = pods.toSorted(
    (left, right) => Number(isReady(left)) - Number(isReady(right)) || (age(left) < age(right) ? 1 : -1),
  );
  return ordered.slice(0, Math.max(0, pods.length - wanted));
}

function statusOf(situation: Situation, { live, updated, available, wanted }: Counted) {
  const { workload } = situation;
  return {
    observedGeneration: workload.metadata.generation,
    replicas: live.length,
    updatedReplicas: updated.length,
    readyReplicas: live.filter(isReady).length,
    availableReplicas: available,
    unavailableReplicas: Math.max(0, Math.max(wanted, live.length) - available),
    conditions: conditionsOf(situation, { live, updated, available, wanted }),
  };
}

function conditionsOf(
  situation: Situation,
  { live, updated, available, wanted }: Omit<Counted, 'old'>,
): readonly Condition[] {
  const { workload, failure, nowMs } = situation;
  const { maxUnavailable = '25%' } = workload.spec.strategy?.rollingUpdate ?? {};
  const isRecreate = workload.spec.strategy?.type === 'Recreate';
  const mayMiss = isRecreate ? 0 : countOf(maxUnavailable, wanted, Math.floor);
  const isThere = available >= wanted - mayMiss;
  const isDone = updated.length === wanted && live.length === wanted && available === wanted;
  const known = workload.status?.conditions ?? [];
  const set = (next: Condition) => condition(known, next, nowMs);
  return [
    set(
      isThere
        ? {
            type: 'Available',
            status: 'True',
            reason: 'MinimumReplicasAvailable',
            message: 'it has minimum availability',
          }
        : {
            type: 'Available',
            status: 'False',
            reason: 'MinimumReplicasUnavailable',
            message: 'it lacks availability',
          },
    ),
    progress(situation, `${updated.length} ${live.length} ${available}`, isDone),
    ...(failure === undefined
      ? []
      : [set({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: failure })]),
  ];
}

/** Whether the rollout gets on. It is too late when nothing has changed for `progressDeadlineSeconds`. */
function progress({ workload, nowMs }: Situation, counts: string, isDone: boolean): Condition {
  const { progressDeadlineSeconds = 600 } = workload.spec;
  const known = workload.status?.conditions ?? [];
  const before = known.find(({ type }) => type === 'Progressing');
  const updating = `generation ${workload.metadata.generation}: ${counts} Pods updated, there and available`;
  if (isDone) {
    const message = `generation ${workload.metadata.generation}: has successfully progressed`;
    return condition(known, { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message }, nowMs);
  }
  const isStuck = before?.message === updating;
  const sinceMs = Date.parse(before?.lastUpdateTime ?? '');
  if (isStuck && (before.status === 'False' || nowMs - sinceMs > progressDeadlineSeconds * 1_000)) {
    const late = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: updating };
    return condition(known, late, nowMs);
  }
  return condition(
    known,
    { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: updating },
    nowMs,
  );
}
