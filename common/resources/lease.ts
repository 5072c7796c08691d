import { randomUUID } from 'node:crypto';
import { CLOCK_GRACE_MS } from '../clock.ts';
import type { KubeObject } from '../cluster/objects.ts';

/** coordination.k8s.io/v1 Lease, as leader election uses it: times are RFC 3339 with microseconds. */
export interface Lease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string | null;
    readonly leaseDurationSeconds?: number | null;
    readonly acquireTime?: string | null;
    readonly renewTime?: string | null;
    readonly leaseTransitions?: number | null;
  };
}

/** Names one process: a Pod's container that is restarted must not take itself for the one before. */
export function newHolderIdentity(podName: string): string {
  return `${podName}_${randomUUID()}`;
}

/** The Pod in a holder's identity; undefined where nobody holds the Lease. */
export function podOfHolder(holderIdentity: string | null | undefined): string | undefined {
  return holderIdentity?.replace(/_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, '') || undefined;
}

/** Until when a Lease is held, in milliseconds since the epoch; NaN for one that nobody has renewed. */
export function heldUntil({ spec }: Lease): number {
  return Date.parse(spec?.renewTime ?? '') + (spec?.leaseDurationSeconds ?? 0) * 1_000;
}

/** Whether somebody holds a Lease, or did so a moment ago: the clock here may be ahead of the one that renewed it. */
export function isHeld(lease: Lease, now: number): boolean {
  return heldUntil(lease) + CLOCK_GRACE_MS > now;
}
