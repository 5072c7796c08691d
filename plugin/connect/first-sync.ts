import { CompassError, isReason, REASONS } from '#common/errors.ts';
import type { Report } from '#common/resources/report.ts';
import type { Progress } from '../output/progress.ts';

/** Exit code of whatever concerns single Applications, which do not make the connection a worse one. */
const OF_APPLICATIONS = 1;

/**
 * Shows the first synchronization as a step. Throws where the Director could not be read at all: connected, but not to
 * what it is for.
 */
export function judgeFirstSync({ applications, conditions }: Report, progress: Progress): void {
  const { status, reason, message = '' } = conditions?.find(({ type }) => type === 'Synchronized') ?? {};
  const known = isReason(reason) ? reason : 'ApplicationFailed';
  const inSync = applications?.inSync ?? 0;
  const counts = `${inSync} ${inSync === 1 ? 'application' : 'applications'} in sync`;
  if (status === 'True') progress.step('ok', 'first sync', counts);
  else if (reason === 'Suspended') progress.step('none', 'first sync', `none: ${message}`);
  else if (REASONS[known].exit === OF_APPLICATIONS) {
    progress.step('warning', 'first sync', `${counts}, ${applications?.failed ?? 0} failed: ${message}`);
  } else {
    progress.step('error', 'first sync', message);
    throw new CompassError(known, `connected, but the first synchronization failed: ${message}`);
  }
}
