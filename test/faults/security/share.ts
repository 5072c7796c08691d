/** `all` in .ci/run; else every third, another third on another day. */
const WHOLE = 'all';

/**
 * Of many cases the third whose turn it is, or all of them where FAULTS=all; FAULTS=<n> chooses the third again. What was
 * chosen stands on stderr.
 */
export function share<T>(cases: readonly T[], what: string): readonly T[] {
  const chosen = process.env['FAULTS'] ?? String(Math.floor(Date.now() / 86_400_000) % 3);
  if (chosen === WHOLE || cases.length === 0) return cases;
  const turn = Number(chosen) % 3;
  process.stderr.write(`${what}: FAULTS=${turn} of 0, 1, 2 (FAULTS=all for all)\n`);
  return cases.filter((_, at) => at % 3 === turn);
}
