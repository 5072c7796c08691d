/** What must hold of a figure; none where it is told for comparison only. */
export interface Bar {
  readonly atMost?: number;
  readonly exactly?: number;
  readonly ratioAtMost?: number;
  readonly ratioAtLeast?: number;
}

/** One figure that was measured. */
export interface Measured {
  readonly what: string;
  readonly figure: number;
  /** `s`, `MB` (10^6 bytes), `MiB`, `/s`, or what is counted. */
  readonly unit: string;
  /** What it is to be seen beside, in the same unit. */
  readonly by?: { readonly name: string; readonly figure: number };
  readonly bar?: Bar;
}

/** A figure, and whether it is as it must be. */
export interface Row extends Measured {
  readonly ratio: number | undefined;
  /** Undefined where there is no bar. */
  readonly ok: boolean | undefined;
}

/** A bar of two parts holds where both do. */
export function judge(measured: Measured): Row {
  const { figure, by, bar } = measured;
  const ratio = by && figure / by.figure;
  return { ...measured, ratio, ok: bar && holds(bar, figure, ratio ?? Number.NaN) };
}

function holds({ atMost, exactly, ratioAtMost, ratioAtLeast }: Bar, figure: number, ratio: number): boolean {
  return (
    (atMost === undefined || figure <= atMost) &&
    (exactly === undefined || figure === exactly) &&
    (ratioAtMost === undefined || ratio <= ratioAtMost) &&
    (ratioAtLeast === undefined || ratio >= ratioAtLeast)
  );
}

const HEAD = ['what', 'figure', 'ratio', 'of', 'bar', 'ok'];

/** The rows as text, for people. */
export function table(rows: readonly Row[]): string {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return `${text.map((line) => line.trimEnd()).join('\n')}\n`;
}

function cells({ what, figure, unit, ratio, by, bar, ok }: Row): string[] {
  const verdict = ok === undefined ? '-' : ok ? 'ok' : 'MISSED';
  return [
    what,
    `${rounded(figure)} ${unit}`,
    ratio === undefined ? '' : ratio.toFixed(2),
    by?.name ?? '',
    textOf(bar),
    verdict,
  ];
}

function rounded(figure: number): string {
  return Number.isInteger(figure) ? String(figure) : figure.toFixed(figure < 10 ? 3 : 1);
}

function textOf({ atMost, exactly, ratioAtMost, ratioAtLeast }: Bar = {}): string {
  const parts = [
    atMost === undefined ? [] : [`at most ${atMost}`],
    exactly === undefined ? [] : [`exactly ${exactly}`],
    ratioAtMost === undefined ? [] : [`ratio at most ${ratioAtMost}`],
    ratioAtLeast === undefined ? [] : [`ratio at least ${ratioAtLeast}`],
  ];
  return parts.flat().join(', ');
}
