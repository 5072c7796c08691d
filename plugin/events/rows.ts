import type { Style } from '../command.ts';
import { age, humanDuration } from '../output/age.ts';
import { table } from '../output/table.ts';
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

/** Events as `kubectl events` shows them; empty without any. */
export function formatEvents(events: readonly CoreEvent[], options: RowOptions): string {
  const { isWide, withHead, paint } = options;
  const text = table(
    [...(isWide ? WIDE_HEAD : HEAD), MESSAGE],
    events.map((event) => cellsOf(event, options)),
    paint,
  );
  return withHead ? text : text.slice(text.indexOf('\n') + 1);
}

/** The columns as they are in a table with these Events, so that later rows stand below them. */
export function columnWidths(events: readonly CoreEvent[], options: RowOptions): number[] {
  const rows = [options.isWide ? WIDE_HEAD : HEAD, ...events.map((event) => cellsOf(event, options))];
  return rows.reduce<number[]>((widths, row) => row.map((cell, i) => Math.max(cell.length, widths[i] ?? 0)), []);
}

/** One more row of a table with such columns. */
export function formatRow(event: CoreEvent, widths: readonly number[], options: RowOptions): string {
  const cells = cellsOf(event, options);
  const row = cells.map((cell, i) => (i < cells.length - 1 ? cell.padEnd(widths[i] ?? 0) : cell));
  return `${row.join('   ')}\n`;
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
