import type { Clock } from '#common/clock.ts';
import type { Cluster, ObjectRef } from '#common/cluster/cluster.ts';
import type { KubeObject } from '#common/cluster/objects.ts';
import { type FollowEvent, keepWatching } from '#common/cluster/watch.ts';
import { hasReason, messageOf } from '#common/errors.ts';

export interface FollowOptions<T extends KubeObject> {
  readonly cluster: Cluster;
  readonly ref: ObjectRef;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of every version of the object, undefined while there is none. */
  readonly onObject: (object: T | undefined) => void;
  /** Told whenever the API server has answered, with or without a change: it can be asked. */
  readonly onAlive?: () => void;
  /** Told when the API server cannot be asked; it is tried again. */
  readonly onTrouble?: (message: string) => void;
}

/** How often an object is read where watching it is not permitted. */
const POLL_MS = 1_000;

/**
 * Follows one object until the signal ends it: by a watch with a poll beside it, and where watching is not permitted by
 * reading it every second. Never throws for what may pass; ClusterForbidden where it may not even be read.
 */
export async function followObject<T extends KubeObject>(options: FollowOptions<T>): Promise<void> {
  const { cluster, ref, clock, signal } = options;
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  let isForbidden = false;
  await keepWatching<T>(cluster, ref.kind, {
    namespace: ref.namespace,
    fieldSelector: `metadata.name=${ref.name}`,
    pollMs: 10_000,
    clock,
    random: Math.random,
    signal: either,
    onEvent: (event) => {
      isForbidden = event.type === 'failed' && hasReason(event.error, 'ClusterForbidden');
      if (isForbidden) ended.abort();
      else tell(event, options);
    },
  });
  if (isForbidden && !signal.aborted) await poll(options);
}

function tell<T extends KubeObject>(event: FollowEvent<T>, { onObject, onAlive, onTrouble }: FollowOptions<T>): void {
  if (event.type !== 'failed') onAlive?.();
  if (event.type === 'failed') onTrouble?.(messageOf(event.error));
  else if (event.type === 'deleted') onObject(undefined);
  else if (event.type !== 'synced') onObject(event.object);
  else if (event.count === 0) onObject(undefined);
}

async function poll<T extends KubeObject>({ cluster, ref, clock, signal, ...told }: FollowOptions<T>): Promise<void> {
  while (!signal.aborted) {
    try {
      told.onObject(await cluster.find<T>(ref, signal));
      told.onAlive?.();
    } catch (error) {
      if (signal.aborted) return;
      if (hasReason(error, 'ClusterForbidden', 'ClusterUnauthorized')) throw error;
      told.onTrouble?.(messageOf(error));
    }
    await clock.sleep(POLL_MS, signal);
  }
}
