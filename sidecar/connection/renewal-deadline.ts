/** The stored certificate's dates and identity; times in ms since the epoch. */
export interface CertificateLife {
  /** SHA-256 in hex: spreads the renewals of a fleet, and always the same way for one certificate. */
  readonly fingerprint: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface RenewalPolicy {
  /** The fraction of the validity that is left when a renewal is due. */
  readonly threshold: number;
  /** The fraction of the validity by which the moment is spread to either side; 0 where the threshold was set by hand. */
  readonly jitter: number;
  /** A renewal is also due with less than twice this left. */
  readonly minimalSyncMs: number;
}

/** However short a certificate lives, it serves this long: or a clock or a Connector gone wrong makes a hot loop. */
const FLOOR_MS = 10_000;

/** When a certificate is to be renewed, in ms since the epoch. Judged from the certificate, never from the status. */
export function renewalDeadline(life: CertificateLife, policy: RenewalPolicy): number {
  const validityMs = life.notAfter - life.notBefore;
  const spread = policy.jitter * (2 * unitInterval(life.fingerprint) - 1);
  const byThreshold = life.notAfter - validityMs * clamp(policy.threshold + spread);
  const bySyncTime = life.notAfter - 2 * policy.minimalSyncMs;
  return Math.max(life.notBefore + FLOOR_MS, Math.min(byThreshold, bySyncTime));
}

const clamp = (fraction: number) => Math.min(1, Math.max(0, fraction));

/** The first 32 bits of the fingerprint as a number in [0, 1). */
function unitInterval(fingerprint: string): number {
  return Number.parseInt(fingerprint.slice(0, 8), 16) / 2 ** 32;
}
