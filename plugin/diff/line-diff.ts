/** One line of a comparison: kept, only before, or only after. */
export interface ComparedLine {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** Beyond so many differences the shortest way is not looked for: all before goes, all after comes. */
const MOST_EDITS = 1_000;

/** The shortest way from one text to another, line by line (Myers, "An O(ND) Difference Algorithm", 1986). */
export function compareLines(before: readonly string[], after: readonly string[]): ComparedLine[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(before.length, after.length) - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return [
    ...marked(' ', before.slice(0, head)),
    ...compareMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...marked(' ', before.slice(before.length - tail)),
  ];
}

function marked(mark: ComparedLine['mark'], lines: readonly string[]): ComparedLine[] {
  return lines.map((text) => ({ mark, text }));
}

function compareMiddle(before: readonly string[], after: readonly string[]): ComparedLine[] {
  const trace = findTrace(before, after);
  return trace ? backtrack(trace, before, after) : [...marked('-', before), ...marked('+', after)];
}

/** How far each diagonal (its key is x - y) reaches with so many edits; the last of them reaches both ends. */
type Reach = ReadonlyMap<number, number>;

function findTrace(before: readonly string[], after: readonly string[]): Reach[] | undefined {
  const trace: Reach[] = [];
  let reach: Reach = new Map([[1, 0]]);
  for (let edits = 0; edits <= Math.min(MOST_EDITS, before.length + after.length); edits += 1) {
    trace.push(reach);
    const next = new Map(reach);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const x = follow(stepOnto(reach, diagonal, edits), diagonal, before, after);
      next.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return trace;
    }
    reach = next;
  }
  return undefined;
}

/** Down from the diagonal above (a line of `after`), or right from the one below (a line of `before`). */
function comesDown(reach: Reach, diagonal: number, edits: number): boolean {
  if (diagonal === -edits) return true;
  return diagonal !== edits && (reach.get(diagonal - 1) ?? -1) < (reach.get(diagonal + 1) ?? -1);
}

function stepOnto(reach: Reach, diagonal: number, edits: number): number {
  return comesDown(reach, diagonal, edits) ? (reach.get(diagonal + 1) ?? 0) : (reach.get(diagonal - 1) ?? 0) + 1;
}

function follow(start: number, diagonal: number, before: readonly string[], after: readonly string[]): number {
  let x = start;
  while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x += 1;
  return x;
}

/** Walks the trace back from both ends, and gives the lines on its way. */
function backtrack(trace: readonly Reach[], before: readonly string[], after: readonly string[]): ComparedLine[] {
  const reversed: ComparedLine[] = [];
  let x = before.length;
  let y = after.length;
  const keepTo = (least: number) => {
    for (; x > least; y -= 1) {
      x -= 1;
      reversed.push({ mark: ' ', text: before[x] ?? '' });
    }
  };
  for (let edits = trace.length - 1; edits > 0; edits -= 1) {
    const reach = trace[edits] ?? new Map();
    const isDown = comesDown(reach, x - y, edits);
    keepTo(stepOnto(reach, x - y, edits));
    if (isDown) y -= 1;
    else x -= 1;
    reversed.push(isDown ? { mark: '+', text: after[y] ?? '' } : { mark: '-', text: before[x] ?? '' });
  }
  keepTo(0);
  return reversed.reverse();
}
