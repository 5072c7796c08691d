import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../../command.ts';
import { reasonOfInterruption } from '../../wait/interruption.ts';

/** Throws Interrupted or Stopping where somebody wants this to end: between two steps, when all is stored. */
export function requireUninterrupted(
  { interrupted }: Pick<Invocation, 'interrupted'>,
  whatNow: string,
  next: string,
): void {
  if (interrupted.aborted)
    throw new CompassError(reasonOfInterruption(interrupted), `interrupted; ${whatNow}`, { next });
}
