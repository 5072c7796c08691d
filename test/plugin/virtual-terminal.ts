import { stripVTControlCharacters } from 'node:util';

// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what a terminal looks for
const STEP = /\u001b\[(\d+)A\r|\u001b\[J|\u001b\[2K|\n|[^\n\u001b]+|\u001b\[[\d;]*m/g;

/** What stands on a terminal after this was written to it: as much of one as the plugin uses, and it never scrolls. */
export function screenAfter(written: string): string[] {
  const rows: string[] = [''];
  let at = 0;
  for (const [text, up] of written.matchAll(STEP)) {
    if (up !== undefined) at -= Number(up);
    else if (text === '\u001b[J') rows.splice(at, rows.length, '');
    else if (text === '\u001b[2K') rows[at] = '';
    else if (text === '\n') {
      at += 1;
      rows[at] ??= '';
    } else rows[at] += stripVTControlCharacters(text);
  }
  return rows.slice(0, -1);
}
