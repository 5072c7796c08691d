import type { Flag } from '../flags.ts';
import { COLOUR_CHOICES } from './colour.ts';
import type { OutputFormat } from './format.ts';

/** How to print: the same for every command. */
export const PRINT_FLAGS: readonly Flag[] = [
  { name: 'color', kind: 'text', value: 'WHEN', summary: 'when to print in colour', choices: COLOUR_CHOICES },
  { name: 'ascii', kind: 'switch', summary: 'print without Unicode' },
  { name: 'quiet', short: 'q', kind: 'switch', summary: 'no hints on stderr, errors only' },
];

/** `-o`, with the formats that a command has. */
export function outputFlag(formats: readonly OutputFormat[]): Flag {
  const offered = formats.filter((format) => format !== 'default').join('|');
  return { name: 'output', short: 'o', kind: 'text', value: offered, summary: 'print in this format' };
}
