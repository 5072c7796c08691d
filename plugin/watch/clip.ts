// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with the control character that is looked for
const COLOUR = /(\u001b\[[\d;]*m)/;

/** The row in so many columns at most: what is longer ends in the ellipsis. Colours take no column, and are kept. */
export function clip(row: string, columns: number, ellipsis: string): string {
  const parts = row.split(COLOUR);
  const isColour = (i: number) => i % 2 === 1;
  const length = parts.reduce((sum, part, i) => (isColour(i) ? sum : sum + part.length), 0);
  if (length <= columns) return row;
  let room = columns - ellipsis.length;
  const kept = parts.map((part, i) => {
    if (isColour(i)) return part;
    const text = part.slice(0, Math.max(0, room));
    const isLast = room > 0 && part.length >= room;
    room -= part.length;
    return isLast ? `${text}${ellipsis}` : text;
  });
  return kept.join('');
}
