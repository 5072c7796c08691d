import type { Style } from '../command.ts';
import { alignColumns } from '../output/columns.ts';
import { plain } from '../output/text.ts';
import { cells, HEADS, WIDE_HEADS, wideCells } from './cells.ts';
import { isSilent, levelOfMember, type Member, wordOf } from './member.ts';

export interface TableOptions extends Style {
  readonly isWide: boolean;
  readonly hasHead: boolean;
  /** Whether each row names its connection. */
  readonly isNamed: boolean;
  /** The widths of a table that these rows go on; grown to what they take. */
  readonly widths?: number[];
}

/** Whether a context has several connections, so that rows have to name theirs. */
export function hasSeveral(members: readonly Member[]): boolean {
  return [...Map.groupBy(members, ({ context }) => context).values()].some(({ length }) => length > 1);
}

/** One row a connection, in the order given. A context that gave no answer says why, across the columns that it has no words for. */
export function formatFleet(members: readonly Member[], options: TableOptions): string {
  const { paint, symbols, isWide, isNamed, hasHead, widths = [] } = options;
  const heads = ['CONTEXT', ...(isNamed ? ['CONNECTION'] : []), 'STATE', ...HEADS, ...(isWide ? WIDE_HEADS : [])];
  const rows = members.map((member) => rowOf(member, options));
  const [head = '', ...lines] = alignColumns([heads.map(paint.bold), ...rows], widths).split('\n');
  const told = members.map((member, at) => {
    const why = isSilent(member) ? ` ${paint.dim(`(${plain(member.error?.message ?? '', symbols)})`)}` : '';
    return `${lines[at]}${why}\n`;
  });
  return [...(hasHead ? [`${head}\n`] : []), ...told].join('');
}

function rowOf(member: Member, options: TableOptions): readonly string[] {
  const { context, view } = member;
  const { symbols, isWide, isNamed } = options;
  const said = view ? [...cells(view), ...(isWide ? wideCells(view) : [])] : [];
  return [
    plain(context, symbols),
    ...(isNamed ? [plain(view?.facts.name ?? '', symbols)] : []),
    stateCell(member, options),
    ...said.map((cell) => plain(cell, symbols)),
  ];
}

function stateCell(member: Member, { paint, symbols }: TableOptions): string {
  const level = levelOfMember(member);
  const unknown = symbols.unicode ? '?' : '[?]';
  const marks = [unknown, ...Object.values(symbols.mark)];
  const mark = level === 'unknown' ? unknown : symbols.mark[level];
  const text = `${mark.padEnd(Math.max(...marks.map(({ length }) => length)))} ${wordOf(member.state)}`;
  if (level === 'ok') return paint.green(text);
  if (level === 'error') return paint.red(text);
  return level === 'warning' || level === 'busy' ? paint.yellow(text) : paint.dim(text);
}
