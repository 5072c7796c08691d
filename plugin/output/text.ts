import { splitWords } from './shell-words.ts';
import type { Symbols } from './symbols.ts';

/**
 * Text of others (names in Compass, messages of servers) as a terminal may have it: one line, and no control characters,
 * which could move the cursor or change what stands on the screen. Without Unicode, what has no plain form is a `?`.
 */
export function plain(text: string, { unicode, ellipsis }: Pick<Symbols, 'unicode' | 'ellipsis'>): string {
  const line = text.replace(/\s+/g, ' ').replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd');
  return unicode ? line : line.replaceAll('…', ellipsis).replace(/[^ -~]/gu, '?');
}

/** Text of ours, of any number of lines, as a terminal without Unicode may have it. */
export function readable(text: string, { unicode, ellipsis, arrow }: Symbols): string {
  if (unicode) return text;
  return text
    .replaceAll('…', ellipsis)
    .replaceAll('→', arrow)
    .replace(/[^\p{Cc} -~]/gu, '?');
}

/**
 * Breaks a command so that it can be copied as it stands: each of its lines but the last ends in a backslash, and none is
 * broken within a word that is quoted.
 */
export function wrapCommand(command: string, width: number): string[] {
  const rows = command.length <= width ? [command] : pack(splitWords(command), width - 2, ' ');
  return rows.map((row, i) => (i < rows.length - 1 ? `${row} \\` : row));
}

/** Breaks a text at `separator` into lines of at most `width` columns; what is longer by itself keeps a line of its own. */
export function wrap(text: string, width: number, separator = ' '): string[] {
  return pack(text.split(separator), width, separator);
}

function pack(words: readonly string[], width: number, separator: string): string[] {
  const lines: string[] = [];
  let current: string | undefined;
  for (const word of words) {
    if (current === undefined) current = word;
    else if (current.length + separator.length + word.length <= width) current += separator + word;
    else {
      lines.push(current);
      current = word;
    }
  }
  return [...lines, current ?? ''];
}
