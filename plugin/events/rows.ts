import type { Style } from '../command.ts';
import { age, humanDuration } from '../output/age.ts';
import { alignColumns } from '../output/columns.ts';
import { plain } from '../output/text.ts';
import { type CoreEvent, firstSeen, lastSeen, objectOf, timesSeen } from './event.ts';

const HEAD = ['LAST SEEN', 'TYPE', 'REASON', 'OBJECT'];
const WIDE_HEAD = [...HEAD, 'SOURCE'];
const MESSAGE = 'MESSAGE';

/** How a table of Events is made. */
export interface RowOptions extends Style {
  readonly now: number;
  readonly isWide: boolean;
  readonly withHead: boolean;
}

/**
 * Events as `kubectl events` shows them; empty without any. `widths` are the columns' and grow: whoever passes them again
 * keeps later rows below earlier ones. A list of Events may be long: see columns.ts.
 */
export function formatEvents(events: readonly CoreEvent[], options: RowOptions, widths: number[] = []): string {
  const { isWide, withHead, paint } = options;
  const rows = events.map((event) => cellsOf(event, options));
  const head = [...(isWide ? WIDE_HEAD : HEAD), MESSAGE].map((cell) => paint.bold(cell));
  return alignColumns(withHead ? [head, ...rows] : rows, widths);
}

function cellsOf(event: CoreEvent, { symbols, now, isWide }: RowOptions): string[] {
  const { type = '', reason = '', message = '', source, reportingComponent } = event;
  const from = source?.component || reportingComponent || '';
  const cells = [seen(event, now), type, reason, objectOf(event), ...(isWide ? [from] : []), message.trim()];
  return cells.map((cell) => plain(cell, symbols) || '<none>');
}

/** As kubectl: `5m`, or `5m (x3 over 10m)` where it happened more than once. */
function seen(event: CoreEvent, now: number): string {
  const last = age(lastSeen(event), now);
  const times = timesSeen(event);
  return times > 1 ? `${last} (x${times} over ${humanDuration(now - Date.parse(firstSeen(event)))})` : last;
}
