import type { Cluster } from '#common/cluster/cluster.ts';
import { DEPLOYMENT, POD } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { list } from '../connection/reading.ts';
import type { Pod } from '../connection/sidecar-pod.ts';
import { DEPLOYMENT_NAME } from '../install/installed.ts';
import type { RolledDeployment } from '../install/rollout.ts';
import { humanDuration } from '../output/age.ts';
import { PLUGIN_FIELD_MANAGER } from '../requests/ask.ts';
import { reasonOfInterruption } from '../wait/interruption.ts';

const POLL_MS = 500;

/**
 * Scales a sidecar to 0 and waits until its last Pod is gone, so that nothing writes any more while its rights are taken away,
 * and what it has under way is stored. Throws TimedOut with what is still there, and Interrupted; it stays scaled to 0 then.
 */
export async function scaleDown(
  { clock, interrupted, progress }: Pick<Invocation, 'clock' | 'interrupted' | 'progress'>,
  cluster: Cluster,
  { namespace, timeoutMs }: { readonly namespace: string; readonly timeoutMs: number },
): Promise<void> {
  const ref = { kind: DEPLOYMENT, namespace, name: DEPLOYMENT_NAME };
  const options = { fieldManager: PLUGIN_FIELD_MANAGER, signal: interrupted };
  const deployment = await cluster.mergePatch<RolledDeployment>(ref, { spec: { replicas: 0 } }, options);
  const startedMs = clock.monotonicMs();
  for (;;) {
    const left = await podsLeft(cluster, deployment, interrupted);
    if (left.length === 0) break;
    const text = left.length === 1 ? `Pod ${left[0]} ends` : `${left.length} Pods end`;
    refuseWaiting(interrupted, text);
    if (clock.monotonicMs() - startedMs >= timeoutMs) {
      const message = `timed out after ${humanDuration(timeoutMs)}, waiting for the sidecar to stop: ${text}; it is scaled to 0, and nothing else was changed`;
      throw new CompassError('TimedOut', message, { next: `kubectl -n ${namespace} describe pods ${left[0]}` });
    }
    progress.busy('stop', text);
    await clock.sleep(POLL_MS, interrupted);
  }
  progress.step('ok', 'stop', 'the sidecar is scaled to 0, and its Pods are gone');
}

function refuseWaiting(interrupted: AbortSignal, text: string): void {
  if (!interrupted.aborted) return;
  const message = `stopped waiting for the sidecar to stop: ${text}; it is scaled to 0, and nothing else was changed`;
  throw new CompassError(reasonOfInterruption(interrupted), message, { next: 'kubectl compass uninstall' });
}

/** Names; where Pods may not be listed, what the Deployment says. */
async function podsLeft(
  cluster: Cluster,
  deployment: RolledDeployment,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { name, namespace } = deployment.metadata;
  const labels = Object.entries(deployment.spec?.selector?.matchLabels ?? {});
  const labelSelector = labels.map(([key, value]) => `${key}=${value}`).join(',');
  try {
    const pods = await list<Pod>(cluster, POD, { namespace, labelSelector });
    return pods.filter((pod) => isAtWork(pod, name)).map(({ metadata }) => metadata.name);
  } catch (error) {
    if (!hasReason(error, 'ClusterForbidden')) throw error;
    const found = await cluster.find<RolledDeployment>({ kind: DEPLOYMENT, name, namespace }, signal);
    return (found?.status?.replicas ?? 0) > 0 ? [name] : [];
  }
}

/** Of this Deployment, and not one that ended for good, such as an evicted one. */
function isAtWork({ metadata, status }: Pod, deployment: string): boolean {
  const { phase = '' } = status ?? {};
  return metadata.name.startsWith(`${deployment}-`) && !['Succeeded', 'Failed'].includes(phase);
}
