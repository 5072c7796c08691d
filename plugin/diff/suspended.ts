import type { Report } from '#common/resources/report.ts';
import { describeSuspension } from '#common/resources/suspension.ts';
import type { Style } from '../command.ts';
import { plain } from '../output/text.ts';

/** What a report says is suspended, unless its time is over. `now` in milliseconds since the epoch. */
export function suspendedNow(report: Report | undefined, now: number): Report['suspended'] {
  const { suspended } = report ?? {};
  const isOver = suspended?.until !== undefined && Date.parse(suspended.until) <= now;
  return isOver ? undefined : suspended;
}

/** The line below a plan that says why it is not carried out for now. */
export function formatSuspended(suspended: NonNullable<Report['suspended']>, { paint, symbols }: Style): string {
  const until = suspended.scope === 'deletes' ? 'nothing is deleted' : 'none of this is done';
  const what = plain(describeSuspension(suspended), symbols);
  return `${paint.yellow(symbols.mark.warning)} ${until} meanwhile: ${what}\n`;
}
