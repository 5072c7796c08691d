import { REASONS, type Reason } from '#common/errors.ts';
import { atCluster, nextFor, type Place } from '../failure.ts';
import type { PlacedFinding } from './finding.ts';

/** What to do about a finding: what it says itself, else what the table says of its reason. */
export function nextOf({ next, reason }: PlacedFinding, place: Place): string {
  if (next !== undefined) return atCluster(next, place);
  if (reason === 'RenewalOverdue') return atCluster('kubectl compass cert renew --wait', place);
  const known = reason !== undefined && reason in REASONS ? (reason as Reason) : 'InternalError';
  return nextFor(known, place);
}
