const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

const TERM = /(\d+(?:\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;

/**
 * Reads a duration as Go's `time.ParseDuration` writes it (`1h30m`, `20s`, `500ms`, `0`), in milliseconds.
 * Negative durations and anything that Go would refuse give undefined. Linear in the length of the text.
 */
export function parseDurationMs(text: string): number | undefined {
  if (text === '0') return 0;
  if (text.length === 0 || text.length > 64) return undefined;
  let totalMs = 0;
  TERM.lastIndex = 0;
  while (TERM.lastIndex < text.length) {
    const term = TERM.exec(text);
    if (!term) return undefined;
    totalMs += Number(term[1]) * (UNIT_MS[term[2] ?? ''] ?? Number.NaN);
  }
  return Number.isFinite(totalMs) ? totalMs : undefined;
}

const STEPS: readonly (readonly [label: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
];

/** A length of time for people, two units at most: `5h`, `2d4h`, `1m20s`, `0s`. */
export function formatDuration(ms: number): string {
  let remainingMs = Math.max(0, Math.round(ms / 1_000) * 1_000);
  const parts: string[] = [];
  for (const [label, unitMs] of STEPS) {
    const count = Math.floor(remainingMs / unitMs);
    if (count > 0) parts.push(`${count}${label}`);
    else if (parts.length > 0) break;
    remainingMs -= count * unitMs;
    if (parts.length === 2) break;
  }
  return parts.length > 0 ? parts.join('') : '0s';
}
