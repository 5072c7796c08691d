import type { Lease } from '#common/resources/lease.ts';

/** How long a holder that went silent keeps the Lease, and how often one that lives renews it. */
export const LEASE_DURATION_MS = 12_000;
export const RENEW_PERIOD_MS = 4_000;

/** Whoever is refused the Lease for less may have met a mishap, after which another replica leads. */
export const ALONE_AFTER_MS = 2 * LEASE_DURATION_MS;

/** Nobody keeps a Lease for longer by his word alone: it could be a year. */
const LONGEST_DURATION_MS = 60_000;

/** So that an answer that never comes, and one more try over a new connection, cost no Lease. */
export const CALL_LIMIT_MS = 5_000;
export const RETRY_PERIOD_MS = 1_000;

/** How often a standby looks: it takes over within the duration and one look, 15 seconds at most. */
export const STANDBY_PERIOD_MS = 2_000;

/** How long it must have been silent before somebody else may take it. */
export function durationMsOf({ leaseDurationSeconds }: NonNullable<Lease['spec']>): number {
  return Math.min((leaseDurationSeconds ?? LEASE_DURATION_MS / 1_000) * 1_000, LONGEST_DURATION_MS);
}

/** RFC 3339 with microseconds, as `metav1.MicroTime` is written. */
function microTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/(\.\d{3})Z$/, '$1000Z');
}

/** The spec with which `identity` takes or keeps the Lease. */
export function heldBy(identity: string, previous: Lease['spec'], now: number): NonNullable<Lease['spec']> {
  const isSame = previous?.holderIdentity === identity;
  const transitions = previous?.leaseTransitions ?? 0;
  return {
    holderIdentity: identity,
    leaseDurationSeconds: LEASE_DURATION_MS / 1_000,
    acquireTime: isSame ? (previous.acquireTime ?? microTime(now)) : microTime(now),
    renewTime: microTime(now),
    leaseTransitions: previous === undefined || isSame ? transitions : transitions + 1,
  };
}

/** Given up: whoever looks next may take it at once. */
export function released(previous: Lease['spec'], now: number): NonNullable<Lease['spec']> {
  return { ...previous, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(now) };
}
