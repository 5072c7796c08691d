import type { Cluster } from '#common/cluster/cluster.ts';
import { DEPLOYMENT, POD } from '#common/cluster/objects.ts';
import { CompassError, hasReason, messageOf } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { list } from '../connection/reading.ts';
import { humanDuration } from '../output/age.ts';
import { reasonOfInterruption } from '../wait/interruption.ts';
import { judgeRollout, type RolledDeployment, type RolledPod, type Rollout, type RolloutGoal } from './rollout.ts';

export interface DeploymentPlace {
  readonly namespace: string;
  readonly name: string;
}

export interface WaitReadyOptions {
  /** Infinity waits for ever. */
  readonly timeoutMs: number;
  /** `ready` unless said; a sidecar without a connection only gets to `started`. */
  readonly goal?: RolloutGoal;
}

type Waiting = Pick<Invocation, 'clock' | 'interrupted' | 'progress'>;

const POLL_MS = 1_000;

/** What may pass: it is asked again. */
const PASSING = ['ClusterUnreachable', 'ClusterUnavailable', 'ClusterThrottled'] as const;

/**
 * Waits until a Deployment is rolled out, and shows how far it is. Throws TimedOut with the last that was seen, Interrupted at
 * Ctrl-C, which ends the waiting and not the work; ClusterForbidden where Deployments may not be read. Where Pods may not be
 * read, a sidecar that has only started cannot be told from one that does not start.
 */
export async function waitUntilReady(
  { clock, interrupted, progress }: Waiting,
  cluster: Cluster,
  place: DeploymentPlace,
  { timeoutMs, goal = 'ready' }: WaitReadyOptions,
): Promise<Rollout> {
  const startedMs = clock.monotonicMs();
  let last: Rollout | undefined;
  for (;;) {
    const rollout: Rollout = await lookAgain(last, cluster, place, goal, interrupted);
    last = rollout;
    if (rollout.isDone) {
      progress.clear();
      return rollout;
    }
    const waitingFor = `the Deployment ${place.namespace}/${place.name}: ${rollout.text}`;
    const leftMs = startedMs + timeoutMs - clock.monotonicMs();
    if (interrupted.aborted) {
      const message = `stopped waiting for ${waitingFor}; it goes on`;
      throw new CompassError(reasonOfInterruption(interrupted), message, { next: watchCommand(place) });
    }
    if (leftMs <= 0) {
      const message = `timed out after ${humanDuration(timeoutMs)}, waiting for ${waitingFor}`;
      throw new CompassError('TimedOut', message, { next: watchCommand(place) });
    }
    progress.busy('rollout', rollout.text);
    await clock.sleep(Math.min(POLL_MS, leftMs), interrupted);
  }
}

function watchCommand({ namespace, name }: DeploymentPlace): string {
  return `kubectl -n ${namespace} describe deployment,pods -l app.kubernetes.io/name=${name}`;
}

/** As `look`; what may pass is what there is to say, and whoever is interrupted is told what was seen `last`. */
async function lookAgain(last: Rollout | undefined, ...given: Parameters<typeof look>): Promise<Rollout> {
  const [, , , signal] = given;
  try {
    return await look(...given);
  } catch (error) {
    if (signal.aborted && last) return last;
    if (!signal.aborted && !hasReason(error, ...PASSING)) throw error;
    return { isDone: false, replicas: 0, ready: 0, started: 0, text: messageOf(error) };
  }
}

async function look(
  cluster: Cluster,
  { namespace, name }: DeploymentPlace,
  goal: RolloutGoal,
  signal: AbortSignal,
): Promise<Rollout> {
  const deployment = await cluster.find<RolledDeployment>({ kind: DEPLOYMENT, namespace, name }, signal);
  const labels = Object.entries(deployment?.spec?.selector?.matchLabels ?? {});
  const labelSelector = labels.map(([key, value]) => `${key}=${value}`).join(',');
  const pods = labels.length === 0 ? [] : await podsOf(cluster, namespace, labelSelector);
  return judgeRollout(deployment, pods, goal);
}

async function podsOf(cluster: Cluster, namespace: string, labelSelector: string): Promise<readonly RolledPod[]> {
  try {
    return await list<RolledPod>(cluster, POD, { namespace, labelSelector });
  } catch (error) {
    if (hasReason(error, 'ClusterForbidden')) return [];
    throw error;
  }
}
