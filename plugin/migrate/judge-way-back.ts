import type { Report } from '#common/resources/report.ts';
import { describeSuspension } from '#common/resources/suspension.ts';
import { count } from '../status/words.ts';
import type { MigrationFinding } from './finding.ts';

/** What a way back to the agent costs, by what the sidecar reported last: the agent knows nothing of it. */
export function judgeWayBack({ held, suspended, changes = [], revisions = [] }: Report): readonly MigrationFinding[] {
  const findings: MigrationFinding[] = [];
  if (held) {
    findings.push({
      name: 'held',
      status: 'warning',
      reason: 'DeletionsHeld',
      message: `${count(held.count, 'deletion')} of plan ${held.id} ${held.count === 1 ? 'is' : 'are'} held: the agent holds nothing, and deletes at once what Compass does not list`,
    });
  }
  if (suspended) {
    findings.push({
      name: 'suspended',
      status: 'warning',
      reason: 'Suspended',
      message: `${describeSuspension(suspended)}; the agent knows nothing of that, and synchronizes at once`,
      next: 'kubectl compass status',
    });
  }
  if (changes.length > 0 || revisions.length > 0) {
    findings.push({
      name: 'history',
      status: 'warning',
      message: 'the history of the sidecar goes with its report; an archive of `kubectl compass report` keeps it',
    });
  }
  return findings;
}
