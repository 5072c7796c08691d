import type { Style } from '../command.ts';
import { alignColumns } from '../output/columns.ts';
import { plain } from '../output/text.ts';
import type { ResourceType } from './resource.ts';
import type { Row } from './row.ts';
import { HEADS } from './rows.ts';

export interface TableOptions extends Style {
  readonly now: number;
  readonly isWide: boolean;
  readonly hasHead: boolean;
  /** Whether names are as `-o name` prints them. */
  readonly showKind: boolean;
  readonly showLabels: boolean;
  /** Labels that get a column each. */
  readonly labelColumns: readonly string[];
  /** The widths of a table that these rows go on; grown to what they take. */
  readonly widths?: number[];
}

/** Rows as kubectl prints a list: an empty cell stays empty, and nothing is cut. */
export function formatRows(type: ResourceType, rows: readonly Row[], options: TableOptions): string {
  const { hasHead, paint, widths = [] } = options;
  const head = headOf(type, options).map(paint.bold);
  const body = rows.map((row) => cellsOf(row, options));
  return alignColumns(hasHead ? [head, ...body] : body, widths);
}

function headOf(type: ResourceType, { isWide, showLabels, labelColumns }: TableOptions): readonly string[] {
  const { always, wide } = HEADS[type];
  // As kubectl: the last part of a label's name, in capitals.
  const labels = labelColumns.map((label) => (label.split('/').at(-1) ?? label).toUpperCase());
  return [...always, ...(isWide ? wide : []), ...labels, ...(showLabels ? ['LABELS'] : [])];
}

function cellsOf(
  row: Row,
  { now, isWide, showKind, showLabels, labelColumns, paint, symbols }: TableOptions,
): readonly string[] {
  const { labels = {}, readiness } = row;
  const cells = [
    ...namedBy(row, row.cells(now), showKind),
    ...(isWide ? row.wideCells(now) : []),
    ...labelColumns.map((label) => labels[label] ?? ''),
  ];
  const all = showLabels ? [...cells, formatLabels(labels)] : cells;
  return all.map((cell) => {
    const text = plain(cell, symbols);
    return cell === 'False' && readiness.ready === 'False' ? paint.red(text) : text;
  });
}

/** What has no object has no kind, either. */
function namedBy({ fullName }: Row, [name = '', ...others]: readonly string[], showKind: boolean): readonly string[] {
  return [showKind && fullName !== '' ? fullName : name, ...others];
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '<none>' : pairs.toSorted().join(',');
}
