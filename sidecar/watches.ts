import { createHash } from 'node:crypto';
import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import type { Change } from '#common/cluster/known.ts';
import {
  CONFIG_MAP,
  type ConfigMap,
  type Kind,
  type KubeObject,
  SECRET,
  type Secret,
} from '#common/cluster/objects.ts';
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
  /**
   * It should not wait for a long listing: there is another configuration, with a token, or none; the CompassConnection was
   * deleted; or somebody asks for something.
   */
  readonly onUrgent: () => void;
}

/**
 * Watches, each by its name, whatever a pass reads: the CompassConnection, the configuration in both of its forms and the
 * client Secret. Resolves after `stopping`. A watch that fails is tried again for ever; passes by deadline are the second path.
 */
export async function keepWatches(options: WatchesOptions): Promise<void> {
  const { connectionName: name, configurationSecret, clientSecret } = options.config;
  const asksForMore = newRequests();
  const isConnectionUrgent = ({ type, object }: Change<KubeObject>) => asksForMore(object) || type === 'deleted';
  await Promise.all([
    keepWatch(options, COMPASS_CONNECTION, { name }, isConnectionUrgent),
    keepWatch<Secret>(options, SECRET, configurationSecret, newConfigurations()),
    keepWatch<ConfigMap>(options, CONFIG_MAP, configurationSecret, newConfigurations()),
    keepWatch(options, SECRET, clientSecret, () => false),
  ]);
}

/**
 * Tells of a configuration whether it is gone, or has a token and is not the one before. One without a token has nothing to pair
 * with: it is what this program itself makes of a used one, right before its first listing, which that must not cut short.
 */
function newConfigurations(): (change: Change<Secret | ConfigMap>) => boolean {
  let seen: string | undefined;
  return ({ type, object: { data = {} } }) => {
    const before = seen;
    const values = ['TOKEN', 'CONNECTOR_URL', 'RUNTIME_ID', 'TENANT'].map((key) => data[key] ?? '');
    seen = createHash('sha256').update(JSON.stringify(values)).digest('base64');
    return type === 'deleted' || (values[0] !== '' && seen !== before);
  };
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
  isUrgent: (change: Change<T>) => boolean,
): Promise<void> {
  const { cluster, clock, random, stopping: signal, onChange, onUrgent, log } = options;
  const failures = new FailureLog(log, { kind: kind.kind, namespace, name });
  let isSynced = false;
  const onEvent = (event: FollowEvent<T>) => {
    if (event.type === 'failed') return failures.failed(event.error);
    if (event.type === 'synced') {
      isSynced = true;
      return failures.ended();
    }
    // What the first listing shows is what the first pass reads by itself; it is what later changes are compared with.
    if (isUrgent(event) && isSynced) onUrgent();
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
