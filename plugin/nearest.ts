/** The candidate that was most likely meant: at most a third of its letters typed wrong; undefined where none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate);
    const allowed = Math.max(1, Math.floor(candidate.length / 3));
    if (distance <= allowed && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Of a long name: more is another name. */
const MOST_TYPED_WRONG = 5;

/**
 * The candidates that may have been meant, the likeliest first: those that hold the word, or are in it, and those that
 * differ by few letters.
 */
function nearestOf(word: string, candidates: Iterable<string>, most = 3): readonly string[] {
  const meant = word.toLowerCase();
  const ranked = [...new Set(candidates)].flatMap((candidate) => {
    const other = candidate.toLowerCase();
    const differing = Math.abs(other.length - meant.length);
    if (other.includes(meant) || (other.length > 2 && meant.includes(other))) return [{ candidate, rank: differing }];
    const allowed = Math.min(MOST_TYPED_WRONG, Math.max(1, Math.floor(other.length / 3)));
    if (differing > allowed) return [];
    const distance = editDistance(meant, other, allowed);
    return distance <= allowed ? [{ candidate, rank: distance }] : [];
  });
  return ranked
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** The same as the end of a sentence: `; did you mean a or b?`. Empty where nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const near = nearestOf(word, candidates);
  return near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
}

/**
 * Insertions, deletions, replacements and swaps of neighbours (optimal string alignment); more than `limit` where it is more,
 * without being counted to the end: candidates may be tens of thousands.
 */
function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    rows.push(nextRow(a, b, rows));
    // A swap goes back by two rows.
    if (rows.slice(-2).every((row) => Math.min(...row) > limit)) return limit + 1;
  }
  return at(rows, a.length, b.length);
}

/** The distances of one more letter of `a` from every beginning of `b`. */
function nextRow(a: string, b: string, rows: readonly (readonly number[])[]): number[] {
  const i = rows.length;
  const row = [i];
  for (let j = 1; j <= b.length; j++) {
    const replaced = at(rows, i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
    const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
    const atMost = swapped ? at(rows, i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
    row.push(Math.min(replaced, at(rows, i - 1, j) + 1, (row[j - 1] ?? 0) + 1, atMost));
  }
  return row;
}

function at(rows: readonly (readonly number[])[], i: number, j: number): number {
  return rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
}
