import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import type { Change } from '#common/cluster/known.ts';
import { CONFIG_MAP, type Kind, type KubeObject, SECRET, type Secret } from '#common/cluster/objects.ts';
import { type FollowEvent, keepWatching } from '#common/cluster/watch.ts';
import { hasReason, reasonOf } from '#common/errors.ts';
import { errorFields, type Log, type LogFields } from '#common/log.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { readRequests } from '#common/resources/requests.ts';
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
  /** It cannot wait: the configuration changed and has a token, or is gone, or the CompassConnection was deleted. */
  readonly onUrgent: () => void;
  /** Somebody asks for something that should not wait long. */
  readonly onRequest: () => void;
}

/**
 * Watches, each by its name, whatever a pass reads: the CompassConnection, the configuration in both of its forms and the
 * client Secret. Resolves after `stopping`. A watch that fails is tried again for ever; passes by deadline are the second path.
 */
export async function keepWatches(options: WatchesOptions): Promise<void> {
  const { connectionName: name, configurationSecret, clientSecret } = options.config;
  const { onUrgent, onRequest } = options;
  const asksForMore = newRequests();
  const onConnection = (change: Change<KubeObject>) => {
    if (change.type === 'deleted') onUrgent();
    else if (asksForMore(change.object)) onRequest();
  };
  // A configuration without a token has nothing to pair with. It is what this program itself makes of a used one, right
  // before its first listing, which that must not cut short.
  const onConfiguration = (change: Change<Secret>) => {
    if (change.type === 'deleted' || change.object.data?.['TOKEN']) onUrgent();
  };
  await Promise.all([
    keepWatch(options, COMPASS_CONNECTION, { name }, onConnection),
    keepWatch<Secret>(options, SECRET, configurationSecret, onConfiguration),
    keepWatch(options, CONFIG_MAP, configurationSecret, onUrgent),
    keepWatch(options, SECRET, clientSecret, () => undefined),
  ]);
}

/** Tells of an object whether it has a request that it had not before; one to synchronize can wait for the one under way. */
function newRequests(): (object: KubeObject) => boolean {
  let seen = new Set<string>();
  return ({ metadata }) => {
    const requests = readRequests(metadata.annotations).filter(({ verb }) => verb !== 'sync');
    const before = seen;
    seen = new Set(requests.map(({ verb, id }) => `${verb} ${id}`));
    return [...seen].some((request) => !before.has(request));
  };
}

function keepWatch<T extends KubeObject>(
  options: WatchesOptions,
  kind: Kind,
  { namespace, name }: Partial<NamespacedName>,
  onSyncedChange: (change: Change<T>) => void,
): Promise<void> {
  const { cluster, clock, random, stopping: signal, onChange, log } = options;
  const failures = new FailureLog(log, { kind: kind.kind, namespace, name });
  let isSynced = false;
  const onEvent = (event: FollowEvent<T>) => {
    if (event.type === 'failed') return failures.failed(event.error);
    if (event.type === 'synced') {
      isSynced = true;
      return failures.ended();
    }
    // What the first listing shows is what the first pass reads by itself.
    if (isSynced) onSyncedChange(event);
    onChange();
  };
  return keepWatching<T>(cluster, kind, {
    namespace,
    fieldSelector: `metadata.name=${name}`,
    clock,
    random,
    signal,
    onEvent,
  });
}

/** One line for each new reason: an API server that is away for an hour is not told every minute. */
class FailureLog {
  readonly #log: Log;
  readonly #watched: LogFields;
  #reason: string | undefined;

  constructor(log: Log, watched: LogFields) {
    this.#log = log;
    this.#watched = watched;
  }

  failed(error: unknown): void {
    const reason = reasonOf(error);
    if (reason === this.#reason) return;
    this.#reason = reason;
    const level = hasReason(error, 'ClusterWatchExpired') ? 'debug' : 'warn';
    this.#log[level]('a watch failed and is tried again', { ...this.#watched, ...errorFields(error) });
  }

  ended(): void {
    this.#reason = undefined;
  }
}
