/** One change of a text: what is between two offsets gives way to something else. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** How deep in the document it is: at one place the deeper one comes first. */
  readonly depth: number;
}

/** A text with all changes in it. They do not overlap; those at one place stand in their order, the deeper ones first. */
export function splice(text: string, splices: readonly Splice[]): string {
  const inOrder = splices.toSorted((a, b) => a.start - b.start || b.depth - a.depth);
  let result = '';
  let at = 0;
  for (const { start, end, text: replacement } of inOrder) {
    result += text.slice(at, Math.max(at, start)) + replacement;
    at = Math.max(at, end);
  }
  return result + text.slice(at);
}

/** Where the line of an offset begins. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Where the next line begins behind something that ends here; the end of the text where there is none. */
export function nextLine(text: string, end: number): number {
  if (end > 0 && text[end - 1] === '\n') return end;
  const at = text.indexOf('\n', end);
  return at < 0 ? text.length : at + 1;
}

/** The line end that a text uses. */
export function lineEndOf(text: string): '\n' | '\r\n' {
  return /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n';
}
