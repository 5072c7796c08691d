import type { Pod } from '../pod.ts';
import {
  isAvailable,
  isEnding,
  isReady,
  type Plan,
  podOf,
  randomSuffix,
  type Situation,
  templateHash,
} from './pods-of.ts';

const REVISION = 'controller-revision-hash';

/** What the DaemonSet controller does (Kubernetes, "DaemonSet") on the one node that there is. */
export function planDaemonSet({ workload, pods, nowMs }: Situation): Plan {
  const revision = templateHash(workload.spec.template);
  const isUpdated = ({ metadata }: Pod) => metadata.labels?.[REVISION] === revision;
  const live = pods.filter((pod) => !isEnding(pod));
  const [first] = live;
  const isRolling = workload.spec.updateStrategy?.type !== 'OnDelete';
  const name = `${workload.metadata.name}-${randomSuffix()}`;
  const isAvailableNow = live.some((pod) => isAvailable(pod, workload, nowMs));
  return {
    // The node has room for one: the old one ends first.
    create: pods.length === 0 ? [podOf(workload, name, { [REVISION]: revision })] : [],
    remove: first && isRolling && !isUpdated(first) ? [first] : live.slice(1),
    status: {
      observedGeneration: workload.metadata.generation,
      desiredNumberScheduled: 1,
      currentNumberScheduled: Math.min(1, live.length),
      numberMisscheduled: 0,
      numberReady: live.some(isReady) ? 1 : 0,
      updatedNumberScheduled: live.some(isUpdated) ? 1 : 0,
      numberAvailable: isAvailableNow ? 1 : 0,
      numberUnavailable: isAvailableNow ? 0 : 1,
    },
  };
}
