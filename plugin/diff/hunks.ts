import type { ComparedLine } from './line-diff.ts';

/** Lines that are kept around what differs. */
const CONTEXT = 3;

export interface Hunk {
  /** `@@ -l,s +l,s @@` */
  readonly head: string;
  readonly lines: readonly ComparedLine[];
}

/** The parts of a comparison that differ, each with three lines around it, as in `diff -u` (POSIX). */
export function hunksOf(lines: readonly ComparedLine[]): Hunk[] {
  const ranges: { from: number; to: number }[] = [];
  for (const [index, { mark }] of lines.entries()) {
    if (mark === ' ') continue;
    const last = ranges.at(-1);
    const from = Math.max(0, index - CONTEXT);
    const to = Math.min(lines.length, index + CONTEXT + 1);
    if (last && from <= last.to) last.to = to;
    else ranges.push({ from, to });
  }
  return ranges.map(({ from, to }) => ({ head: headOf(lines, from, to), lines: lines.slice(from, to) }));
}

function headOf(lines: readonly ComparedLine[], from: number, to: number): string {
  const side = (absent: '+' | '-') => {
    const count = (part: readonly ComparedLine[]) => part.filter(({ mark }) => mark !== absent).length;
    const length = count(lines.slice(from, to));
    const before = count(lines.slice(0, from));
    const start = length === 0 ? before : before + 1;
    return length === 1 ? `${start}` : `${start},${length}`;
  };
  return `@@ -${side('+')} +${side('-')} @@`;
}
