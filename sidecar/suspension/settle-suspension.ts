import { formatTime } from '#common/clock.ts';
import { CompassError } from '#common/errors.ts';
import { errorFields } from '#common/log.ts';
import type { ConnectionContext } from '../connection/context.ts';
import { isOver, type Suspension, suspensionInForce } from './suspension.ts';

/**
 * The suspension that holds now; one whose time is over is cleared. Throws what the cluster throws where it cannot be
 * read: then nobody knows whether something is held.
 */
export async function settleSuspension({
  clock,
  log,
  state,
}: Pick<ConnectionContext, 'clock' | 'log' | 'state'>): Promise<Suspension | undefined> {
  const stored = await state.load();
  const now = clock.now();
  if (!stored?.suspension || !isOver(stored.suspension, now)) return suspensionInForce(stored, now);
  const { scope, until, by } = stored.suspension;
  try {
    await state.write({ ...stored, suspension: undefined });
    log.info('a suspension is over', { scope, by, until: until === undefined ? undefined : formatTime(until) });
  } catch (error) {
    // It holds nothing any more all the same.
    if (!(error instanceof CompassError)) throw error;
    log.debug('a suspension that is over was not cleared', errorFields(error));
  }
  return undefined;
}
