/** A word of a suggested command as a POSIX shell takes it for one. */
export function shellWord(word: string): string {
  return /^[\w./:@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The words of a suggested command: what stands between apostrophes, or behind a backslash, is taken as it is. */
export function shellWords(line: string): string[] {
  return splitWords(line).map((word) =>
    word.replace(/'([^']*)'|\\(.)/g, (_, quoted = '', escaped = '') => quoted + escaped),
  );
}

/** The words as they are written, quotes and all. */
export function splitWords(line: string): readonly string[] {
  return line.match(/(?:'[^']*'|"[^"]*"|\\.|[^ '"\\]|['"\\])+/g) ?? [];
}
