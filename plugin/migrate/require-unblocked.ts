import { CompassError } from '#common/errors.ts';
import type { MigrationFinding } from './finding.ts';

/** Throws MigrationBlocked with everything that is in the way, and what to do about the first of it. */
export function requireUnblocked(findings: readonly MigrationFinding[]): void {
  const blockers = findings.filter(({ status }) => status === 'error');
  const [first] = blockers;
  if (!first) return;
  const message = blockers.map((finding) => finding.message).join('; ');
  throw new CompassError('MigrationBlocked', `${message}; nothing was changed`, { next: first.next });
}
