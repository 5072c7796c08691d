import type { Clock } from '#common/clock.ts';
import type { Cluster, ObjectRef } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap, type KubeObject, LEASE } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { type Lease, podOfHolder } from '#common/resources/lease.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { toReport } from '../connection/reports.ts';
import { followObject } from '../wait/follow.ts';
import { fetchPod } from './fetch.ts';
import type { Sight } from './sight.ts';

export interface FollowSight {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of every change: `isHeartbeat` where only the Lease was renewed. */
  readonly onSight: (change: Partial<Sight>, isHeartbeat: boolean) => void;
  /** Told how often in a row the API server could not be asked; 0 when it can again. */
  readonly onTrouble: (tries: number, message: string) => void;
}

/** How often the restarts of the leader are looked up. */
const POD_PERIOD_MS = 30_000;

/** Follows a connection, its report and its Lease until the signal ends it. What may not be read is left as it was. */
export async function followSight(sight: Sight, options: FollowSight): Promise<void> {
  const { name, namespace } = sight;
  const names = ownObjectNames(name);
  const { onSight } = options;
  let leader = podOfHolder(sight.lease?.spec?.holderIdentity);
  const follow = follower(options);
  await Promise.all([
    follow<CompassConnection>({ kind: COMPASS_CONNECTION, name }, (resource) => onSight({ resource }, false)),
    follow<ConfigMap>({ kind: CONFIG_MAP, name: names.report, namespace }, (map) =>
      onSight({ found: map && { ...toReport(map), connection: name } }, false),
    ),
    follow<Lease>({ kind: LEASE, name: names.lease, namespace }, (lease) => {
      leader = podOfHolder(lease?.spec?.holderIdentity);
      onSight({ lease }, true);
    }),
    keepLooking(options, async () => onSight({ pod: await fetchPod(options.cluster, namespace, leader) }, true)),
  ]);
}

function follower({ cluster, clock, signal, onTrouble }: FollowSight) {
  const tries = new Map<string, number>();
  const worst = () => Math.max(0, ...tries.values());
  return async <T extends KubeObject>(ref: ObjectRef, onObject: (object: T | undefined) => void): Promise<void> => {
    const { plural } = ref.kind;
    try {
      await followObject<T>({
        cluster,
        ref,
        clock,
        signal,
        onObject,
        onAlive: () => {
          const wasLost = worst() > 0;
          tries.delete(plural);
          if (wasLost) onTrouble(worst(), '');
        },
        onTrouble: (message) => {
          tries.set(plural, (tries.get(plural) ?? 0) + 1);
          onTrouble(worst(), message);
        },
      });
    } catch (error) {
      if (!hasReason(error, 'ClusterForbidden', 'ClusterUnauthorized')) throw error;
    }
  };
}

async function keepLooking({ clock, signal }: FollowSight, again: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(POD_PERIOD_MS, signal);
    if (!signal.aborted) await again();
  }
}
