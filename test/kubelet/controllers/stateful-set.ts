import type { Pod, Workload } from '../pod.ts';
import { isEnding, isReady, type Plan, podOf, type Situation, templateHash } from './pods-of.ts';

const REVISION = 'controller-revision-hash';

const ordinalOf = ({ metadata: { name } }: Pod): number => Number(/-(\d+)$/.exec(name)?.[1] ?? -1);

/** What the StatefulSet controller does (Kubernetes, "StatefulSets"): one after the other, in order, unless it is Parallel. */
export function planStatefulSet({ workload, pods }: Situation): Plan {
  const wanted = workload.spec.replicas ?? 1;
  const revision = `${workload.metadata.name}-${templateHash(workload.spec.template)}`;
  const status = statusOf(workload, pods, revision);
  const isParallel = workload.spec.podManagementPolicy === 'Parallel';
  const nothing = { create: [], remove: [], status };
  // A Pod keeps its name, so that the next one waits for its end.
  if (!isParallel && pods.some(isEnding)) return nothing;
  const missing = Array.from({ length: wanted }, (_, i) => i).filter((i) => !pods.some((pod) => ordinalOf(pod) === i));
  const isBlocked = (i: number) => pods.some((pod) => ordinalOf(pod) < i && !isReady(pod));
  const next = isParallel ? missing : missing.slice(0, 1).filter((i) => !isBlocked(i));
  if (missing.length > 0) return { ...nothing, create: next.map((i) => member(workload, i, revision)) };
  const beyond = pods.filter((pod) => ordinalOf(pod) >= wanted && !isEnding(pod)).toSorted(lastFirst);
  if (beyond.length > 0) return { ...nothing, remove: isParallel ? beyond : beyond.slice(0, 1) };
  return { ...nothing, remove: outdated(workload, pods, revision) };
}

const lastFirst = (left: Pod, right: Pod) => ordinalOf(right) - ordinalOf(left);

/** The one to be made anew next: the last whose template is another, once all behind it are ready. */
function outdated({ spec: { updateStrategy } }: Workload, pods: readonly Pod[], revision: string): readonly Pod[] {
  if (updateStrategy?.type === 'OnDelete') return [];
  const { partition = 0 } = updateStrategy?.rollingUpdate ?? {};
  for (const pod of pods.toSorted(lastFirst).filter((one) => ordinalOf(one) >= partition)) {
    if (pod.metadata.labels?.[REVISION] !== revision) return isEnding(pod) ? [] : [pod];
    if (!isReady(pod)) return [];
  }
  return [];
}

function member(workload: Workload, ordinal: number, revision: string): Pod {
  const { metadata, spec } = workload;
  const name = `${metadata.name}-${ordinal}`;
  const claims = (spec.volumeClaimTemplates ?? []).map(({ metadata: claim }) => ({
    name: claim.name,
    persistentVolumeClaim: { claimName: `${claim.name}-${name}` },
  }));
  const more = {
    hostname: name,
    subdomain: spec.serviceName ?? '',
    ...(claims.length > 0 ? { volumes: [...(spec.template.spec.volumes ?? []), ...claims] } : {}),
  };
  return podOf(workload, name, { 'statefulset.kubernetes.io/pod-name': name, [REVISION]: revision }, more);
}

function statusOf(workload: Workload, pods: readonly Pod[], revision: string) {
  const live = pods.filter((pod) => !isEnding(pod));
  const updated = live.filter(({ metadata }) => metadata.labels?.[REVISION] === revision).length;
  const before = workload.status?.['currentRevision'];
  const isDone = updated === live.length && live.length === (workload.spec.replicas ?? 1) && live.every(isReady);
  const current = isDone || typeof before !== 'string' ? revision : before;
  return {
    observedGeneration: workload.metadata.generation,
    replicas: live.length,
    readyReplicas: live.filter(isReady).length,
    currentReplicas: live.filter(({ metadata }) => metadata.labels?.[REVISION] === current).length,
    updatedReplicas: updated,
    currentRevision: current,
    updateRevision: revision,
    collisionCount: 0,
  };
}
