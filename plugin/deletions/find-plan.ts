import { CompassError } from '#common/errors.ts';
import type { ReportedPlan } from '#common/resources/report.ts';
import type { FoundConnection } from '../connection/find.ts';
import { unreadableReport } from '../connection/reports.ts';
import { canICommand, describeRight, hiddenReport } from '../connection/right.ts';

/**
 * The plan that is held, as the report has it. Throws NothingHeld where there is none, PlanChanged where it is another than
 * the one that is meant, ClusterForbidden where the report may not be read, RequestRefused where it cannot be.
 */
export function findHeldPlan({ name, found, notPermitted }: FoundConnection, id: string | undefined): ReportedPlan {
  const hidden = hiddenReport(notPermitted);
  if (!found && hidden) {
    throw new CompassError('ClusterForbidden', describeRight(hidden), { next: canICommand(hidden) });
  }
  if (found && !found.report) {
    throw new CompassError('RequestRefused', `${unreadableReport(found)}, so that nobody knows what is held`, {
      next: 'kubectl compass version',
    });
  }
  const held = found?.report?.held;
  if (!held) {
    const which = id === undefined ? '' : `, and so not plan ${id}`;
    throw new CompassError('NothingHeld', `no deletions of ${name} are held${which}`);
  }
  if (id === undefined || id === held.id) return held;
  throw new CompassError('PlanChanged', `plan ${id} is not held any more; the one that is held is ${held.id}`);
}
