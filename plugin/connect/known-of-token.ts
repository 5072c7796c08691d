import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap, SECRET, type Secret } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { REPORT_KEY, readReport } from '#common/resources/report.ts';
import type { Invocation } from '../command.ts';
import type { FoundConnection } from '../connection/find.ts';
import { waitFor } from '../wait/wait-for.ts';

/** Longer than a sidecar takes to see that the Secret was changed, and to say so. */
const LONGEST_MS = 5_000;

/**
 * What the sidecar knows of the token in the configuration Secret. A Secret that was changed after the report was written is
 * given a moment: the token in it may be a new one. Undefined where the sidecar does not say.
 */
export async function knownOfToken(
  invocation: Pick<Invocation, 'clock' | 'flags' | 'interrupted' | 'progress'>,
  cluster: Cluster,
  { name, namespace, places, found }: FoundConnection,
): Promise<string | undefined> {
  const { token, writtenAt = '' } = found?.report ?? {};
  if (token === undefined || token === 'unused') return token;
  const changedAt = await changeOf(cluster, places.configuration);
  if (!(changedAt >= Date.parse(writtenAt))) return token;
  invocation.progress.busy('token', 'the Secret was changed: waiting for the sidecar to look at it');
  try {
    return await waitFor<ConfigMap, string>(invocation, {
      cluster,
      ref: { kind: CONFIG_MAP, name: ownObjectNames(name).report, namespace },
      timeoutMs: LONGEST_MS,
      look: (map) => (readReport(map?.data?.[REPORT_KEY])?.token === 'unused' ? 'unused' : undefined),
      waitingFor: () => 'the sidecar to look at the token',
      goOn: 'kubectl compass status',
    });
  } catch (error) {
    if (hasReason(error, 'TimedOut')) return token;
    throw error;
  }
}

/** When the Secret was last changed, in ms since the epoch; NaN where that cannot be seen. */
async function changeOf(cluster: Cluster, place: FoundConnection['places']['configuration']): Promise<number> {
  try {
    const secret = await cluster.find<Secret>({ kind: SECRET, ...place });
    const times = (secret?.metadata.managedFields ?? []).map(({ time }) => Date.parse(time ?? ''));
    return Math.max(...times);
  } catch (error) {
    if (hasReason(error, 'ClusterForbidden')) return Number.NaN;
    throw error;
  }
}
