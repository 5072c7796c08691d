import type { KubeObject } from '#common/cluster/objects.ts';

/** An Event (v1), as much as is read of it. */
export interface CoreEvent extends KubeObject {
  readonly involvedObject?: {
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly name?: string;
  };
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number | null;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string } | null;
  readonly source?: { readonly component?: string; readonly host?: string };
  readonly reportingComponent?: string;
}

/** When it happened last, by whichever of its times is there (as `kubectl events` reads them). */
export function lastSeen({ series, lastTimestamp, eventTime, firstTimestamp, metadata }: CoreEvent): string {
  return series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? firstTimestamp ?? metadata.creationTimestamp ?? '';
}

/** When it happened first. */
export function firstSeen(event: CoreEvent): string {
  return event.firstTimestamp ?? event.eventTime ?? lastSeen(event);
}

/** How often it happened. */
export function timesSeen({ series, count }: CoreEvent): number {
  return series?.count ?? count ?? 1;
}

/** What it is about: `application/commerce-cloud`. */
export function objectOf({ involvedObject: { kind = '', name = '' } = {} }: CoreEvent): string {
  return `${kind.toLowerCase()}/${name}`;
}

/** Oldest first, so that the newest stands where the reader looks. */
export function byTime(a: CoreEvent, b: CoreEvent): number {
  return Date.parse(lastSeen(a)) - Date.parse(lastSeen(b));
}
