import type { Cursor } from './cursor.ts';

/** Go's escapes of one character (The Go Programming Language Specification, Rune literals). */
const SIMPLE: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

const ESCAPE = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([0-7]{3})|(.?))/gis;

/** Reads a text in single or double quotes, which stands at the cursor, with Go's escapes. */
export function takeQuoted(cursor: Cursor): string {
  const quoted = cursor.takeMatch(/^"(?:[^"\\]|\\.)*"|^'(?:[^'\\]|\\.)*'/s);
  if (quoted === '') throw cursor.fail('a quoted text has no end');
  return quoted.slice(1, -1).replace(ESCAPE, (written, byte, short, long, octal, simple) => {
    const hex: string | undefined = byte ?? short ?? long;
    const code = hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16);
    const text = Number.isNaN(code) ? SIMPLE[simple] : code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
    if (text === undefined) throw cursor.fail(`${written} is no escape of a quoted text`);
    return text;
  });
}
