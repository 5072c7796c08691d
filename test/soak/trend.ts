export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** How much a line through the values (least squares) rises from the first to the last, by their mean. */
export function growthOf(values: readonly number[]): number {
  const count = values.length;
  const meanX = (count - 1) / 2;
  const meanY = values.reduce((sum, value) => sum + value, 0) / count;
  const above = values.reduce((sum, value, x) => sum + (x - meanX) * (value - meanY), 0);
  const below = values.reduce((sum, _, x) => sum + (x - meanX) ** 2, 0);
  return ((above / below) * (count - 1)) / meanY;
}

/** The least of each window of so many values; what is left over at the end belongs to the last one. */
export function leastOf(values: readonly number[], window: number): number[] {
  const windows = Math.max(1, Math.floor(values.length / window));
  return Array.from({ length: windows }, (_, at) => {
    const end = at === windows - 1 ? values.length : (at + 1) * window;
    return Math.min(...values.slice(at * window, end));
  });
}
