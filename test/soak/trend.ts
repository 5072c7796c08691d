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
