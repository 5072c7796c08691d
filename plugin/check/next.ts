import { isReason, type Reason } from '#common/errors.ts';
import { atCluster, nextFor, type Place } from '../failure.ts';
import type { PlacedFinding } from './finding.ts';

/** The flags that a suggested command needs to go to the same place. */
export type CommandPlace = Pick<Place, 'clusterFlags' | 'namedNamespace'>;

const PAIR_ANEW = 'kubectl compass reconnect --token-stdin';

/** Where a command of this program does what the table of reasons, which the sidecar has as well, puts into words. */
const COMMANDS: Readonly<Partial<Record<Reason, string>>> = {
  RenewalOverdue: 'kubectl compass cert renew --wait',
  TokenRequired: PAIR_ANEW,
  TokenRefused: PAIR_ANEW,
  Rejected: PAIR_ANEW,
  CertificateExpired: PAIR_ANEW,
  InvalidCredential: PAIR_ANEW,
  Disconnected: PAIR_ANEW,
  ConfigurationMissing: 'kubectl compass connect --token-stdin --runtime-id ID',
  DeletionsHeld: 'kubectl compass diff',
};

/** What to do about a finding: what it says itself, else a command of this program, else what the table says. */
export function nextOf({ next, reason }: PlacedFinding, place: Place): string {
  const known = isReason(reason) ? reason : 'InternalError';
  const own = next ?? COMMANDS[known];
  return own === undefined ? nextFor(known, place) : atCluster(own, place);
}
