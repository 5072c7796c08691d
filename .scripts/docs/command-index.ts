import type { CommandEntry } from '../../plugin/command.ts';
import { GROUPS } from '../../plugin/help.ts';
import { pageOf, synopsisOf } from './command-page.ts';
import { code, madeFrom, page, table, text } from './markdown.ts';

const INTRODUCTION = `What each command does, takes and ends with, as its \`--help\` says. kubectl takes no flags before a plugin's name:
they stand after the command, its own (\`--context\`, \`--as\`, …) as well.`;

/** All commands by groups, in the order of the help. */
export function commandIndex(entries: readonly CommandEntry[]): string {
  const groups = GROUPS.flatMap((group) => {
    const rows = entries
      .filter((entry) => entry.group === group)
      .map((entry) => [`[${code(synopsisOf(entry))}](${pageOf(entry)})`, text(entry.summary)]);
    return [`## ${group}`, table(['command', 'does'], rows)];
  });
  return page(madeFrom('the help'), '# Commands', INTRODUCTION, ...groups);
}
