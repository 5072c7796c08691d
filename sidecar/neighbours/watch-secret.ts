import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { keepWatching } from '#common/cluster/watch.ts';
import { hasReason, reasonOf } from '#common/errors.ts';
import { errorFields, type Log } from '#common/log.ts';
import type { NamespacedName } from '../config.ts';

export interface WatchSecretOptions {
  readonly cluster: Cluster;
  readonly secret: NamespacedName;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Told of the Secret as it is now, at each change and at each listing; undefined where there is none. */
  readonly onSecret: (secret: Secret | undefined) => void;
  /** It could not be read, and that is tried again. */
  readonly onFailure: (error: unknown) => void;
}

/** Follows one Secret by its name, by a watch and each minute by a listing, until the signal. */
export async function watchSecret(options: WatchSecretOptions): Promise<void> {
  const { cluster, secret, clock, random, signal, onSecret, onFailure, log } = options;
  let known: Secret | undefined;
  let failing: string | undefined;
  await keepWatching<Secret>(cluster, SECRET, {
    namespace: secret.namespace,
    fieldSelector: `metadata.name=${secret.name}`,
    clock,
    random,
    signal,
    onEvent(event) {
      if (event.type === 'failed') {
        const reason = reasonOf(event.error);
        if (reason !== failing && !hasReason(event.error, 'ClusterWatchExpired'))
          log.warn('the client secret cannot be read, and is tried again', { ...secret, ...errorFields(event.error) });
        failing = reason;
        return onFailure(event.error);
      }
      if (event.type === 'synced') failing = undefined;
      else if (event.type === 'deleted') known = undefined;
      else known = event.object;
      onSecret(known);
    },
  });
}
