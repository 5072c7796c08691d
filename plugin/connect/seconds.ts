/** A short length of time, in tenths of a second: `9.8s`. */
export function formatSeconds(ms: number): string {
  return `${(Math.max(0, ms) / 1_000).toFixed(1)}s`;
}
