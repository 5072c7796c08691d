/** More than any command, name, kind or choice of ours has. */
const LONGEST_QUOTED = 63;

/** A word as it was given; not a long one, which may be a token in the wrong place. */
export function quoted(word: string): string {
  return isLong(word) ? lengthOf(word, 'a word') : `"${word}"`;
}

/** The name of a file as it was given; not a long one, which may be what was to be in the file. */
export function quotedPath(path: string): string {
  return isLong(path) ? lengthOf(path, 'a name') : path;
}

function isLong(word: string): boolean {
  return word.length > LONGEST_QUOTED;
}

function lengthOf(word: string, what: string): string {
  return `${what} of ${word.length} characters`;
}
