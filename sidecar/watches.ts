import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type Kind, SECRET } from '#common/cluster/objects.ts';
import { type FollowEvent, keepWatching } from '#common/cluster/watch.ts';
import { hasReason, reasonOf } from '#common/errors.ts';
import { errorFields, type Log } from '#common/log.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import type { Config, NamespacedName } from './config.ts';

export interface WatchesOptions {
  readonly cluster: Cluster;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly stopping: AbortSignal;
  /** Something changed that a pass should look at. */
  readonly onChange: () => void;
}

/**
 * Watches, each by its name, whatever a pass reads: the CompassConnection, the configuration in both of its forms and the
 * client Secret. Resolves after `stopping`. A watch that fails is tried again for ever; passes by deadline are the second path.
 */
export async function keepWatches(options: WatchesOptions): Promise<void> {
  const { config } = options;
  const watched: readonly (readonly [Kind, Partial<NamespacedName>])[] = [
    [COMPASS_CONNECTION, { name: config.connectionName }],
    [SECRET, config.configurationSecret],
    [CONFIG_MAP, config.configurationSecret],
    [SECRET, config.clientSecret],
  ];
  await Promise.all(watched.map(([kind, where]) => keepWatch(options, kind, where)));
}

function keepWatch(options: WatchesOptions, kind: Kind, { namespace, name }: Partial<NamespacedName>): Promise<void> {
  const { cluster, clock, random, stopping: signal, onChange, log } = options;
  let failing: string | undefined;
  const onEvent = (event: FollowEvent<never>) => {
    if (event.type === 'synced') failing = undefined;
    else if (event.type !== 'failed') onChange();
    else if (reasonOf(event.error) !== failing) {
      // One line for each new reason: an API server that is away for an hour is not told every minute.
      failing = reasonOf(event.error);
      const level = hasReason(event.error, 'ClusterWatchExpired') ? 'debug' : 'warn';
      log[level]('a watch failed and is tried again', {
        kind: kind.kind,
        namespace,
        name,
        ...errorFields(event.error),
      });
    }
  };
  return keepWatching<never>(cluster, kind, {
    namespace,
    fieldSelector: `metadata.name=${name}`,
    clock,
    random,
    signal,
    onEvent,
  });
}
