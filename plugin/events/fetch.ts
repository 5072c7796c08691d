import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { EVENT } from '#common/cluster/objects.ts';
import { keepWatching } from '#common/cluster/watch.ts';
import { messageOf } from '#common/errors.ts';
import { withoutManagedFields } from '../output/managed-fields.ts';
import { byTime, type CoreEvent } from './event.ts';
import { EVENTS_NAMESPACE, type Selection } from './selection.ts';

/** The Events that are wanted, the newest last. Throws what the cluster throws. */
export async function fetchEvents(
  cluster: Cluster,
  { fieldSelectors, isWanted }: Selection,
  now: number,
): Promise<CoreEvent[]> {
  const lists = await Promise.all(fieldSelectors.map((fieldSelector) => listEvents(cluster, fieldSelector)));
  return lists
    .flat()
    .filter((event) => isWanted(event, now))
    .toSorted(byTime);
}

async function listEvents(cluster: Cluster, fieldSelector: string): Promise<CoreEvent[]> {
  const events: CoreEvent[] = [];
  for await (const { items } of cluster.listPages<CoreEvent>(EVENT, { namespace: EVENTS_NAMESPACE, fieldSelector })) {
    events.push(...items.map(withoutManagedFields));
  }
  return events;
}

export interface WatchEvents {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The ones that were shown already. */
  readonly shown: readonly CoreEvent[];
  readonly onEvent: (event: CoreEvent) => void;
  readonly onTrouble: (message: string) => void;
}

/** Tells of every wanted Event that comes, or happens again, until the signal ends it. */
export async function watchEvents(cluster: Cluster, selection: Selection, options: WatchEvents): Promise<void> {
  const { clock, signal, onEvent, onTrouble } = options;
  const versions = new Map(options.shown.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
  const take = (event: CoreEvent) => {
    const { name, resourceVersion } = event.metadata;
    if (versions.get(name) === resourceVersion) return;
    versions.set(name, resourceVersion);
    if (selection.isWanted(event, clock.now())) onEvent(withoutManagedFields(event));
  };
  await Promise.all(
    selection.fieldSelectors.map((fieldSelector) =>
      keepWatching<CoreEvent>(cluster, EVENT, {
        namespace: EVENTS_NAMESPACE,
        fieldSelector,
        clock,
        random: Math.random,
        signal,
        onEvent: (event) => {
          if (event.type === 'failed') onTrouble(messageOf(event.error));
          else if (event.type === 'added' || event.type === 'modified') take(event.object);
        },
      }),
    ),
  );
}
