import type { Cluster } from '#common/cluster/cluster.ts';
import { DEPLOYMENT, type KubeObject, POD } from '#common/cluster/objects.ts';
import { CompassError, hasReason, messageOf } from '#common/errors.ts';
import { list } from '../connection/reading.ts';
import { humanDuration } from '../output/age.ts';
import { count } from '../status/words.ts';
import { reasonOfInterruption } from '../wait/interruption.ts';
import type { MigrationContext } from './context.ts';
import { type Deployment, placeOf, podSelector, wantedReplicas } from './workload.ts';

const POLL_MS = 500;
const PASSING = ['ClusterUnreachable', 'ClusterUnavailable', 'ClusterThrottled'] as const;

/**
 * Waits until none of a Deployment's Pods is left, those that end among them. Throws MigrationFailed where somebody scales it up
 * meanwhile, TimedOut, Interrupted.
 */
export async function awaitGone(
  { invocation, cluster, timeoutMs }: Pick<MigrationContext, 'invocation' | 'cluster' | 'timeoutMs'>,
  deployment: Deployment,
): Promise<void> {
  const { clock, interrupted, progress } = invocation;
  const place = placeOf(deployment);
  const startedMs = clock.monotonicMs();
  for (;;) {
    const left = await whatIsLeft(cluster, deployment, interrupted);
    if (left === undefined) {
      progress.clear();
      return;
    }
    const waitingFor = `the Pods of ${place} to be gone: ${left}`;
    if (interrupted.aborted) {
      throw new CompassError(reasonOfInterruption(interrupted), `stopped waiting for ${waitingFor}`);
    }
    const leftMs = startedMs + timeoutMs - clock.monotonicMs();
    if (leftMs <= 0) {
      throw new CompassError('TimedOut', `timed out after ${humanDuration(timeoutMs)}, waiting for ${waitingFor}`);
    }
    progress.busy('stop', waitingFor);
    await clock.sleep(Math.min(POLL_MS, leftMs), interrupted);
  }
}

/** In words; undefined where nothing is. What may pass is asked again. */
async function whatIsLeft(cluster: Cluster, deployment: Deployment, signal: AbortSignal): Promise<string | undefined> {
  try {
    return await look(cluster, deployment, signal);
  } catch (error) {
    if (!signal.aborted && !hasReason(error, ...PASSING)) throw error;
    return messageOf(error);
  }
}

async function look(cluster: Cluster, deployment: Deployment, signal: AbortSignal): Promise<string | undefined> {
  const { namespace, name } = deployment.metadata;
  const now = await cluster.find<Deployment>({ kind: DEPLOYMENT, namespace, name }, signal);
  if (now && wantedReplicas(now) > 0) {
    const message = `${placeOf(deployment)} was scaled up again by somebody, to ${wantedReplicas(now)}`;
    throw new CompassError('MigrationFailed', message);
  }
  const isObserved = (now?.status?.observedGeneration ?? 0) >= (now?.metadata.generation ?? 0);
  const counted = now?.status?.replicas ?? 0;
  if (counted > 0 || (now && !isObserved)) return counted > 0 ? count(counted, 'Pod') : 'nobody has acted on it yet';
  const pods = await podsOf(cluster, deployment);
  return pods.length > 0 ? pods.join(', ') : undefined;
}

/** Where Pods may not be listed, what the Deployment counts has to do. */
async function podsOf(cluster: Cluster, deployment: Deployment): Promise<readonly string[]> {
  const labelSelector = podSelector(deployment);
  const { namespace } = deployment.metadata;
  if (labelSelector === undefined) return [];
  try {
    const pods = await list<Pod>(cluster, POD, { namespace, labelSelector });
    return pods.filter(({ status }) => !isOver(status?.phase)).map(({ metadata }) => metadata.name);
  } catch (error) {
    if (hasReason(error, 'ClusterForbidden')) return [];
    throw error;
  }
}

interface Pod extends KubeObject {
  readonly status?: { readonly phase?: string };
}

/** An evicted Pod stays as an object, and runs no more. */
function isOver(phase: string | undefined): boolean {
  return phase === 'Failed' || phase === 'Succeeded';
}
