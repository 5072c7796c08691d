import { readLeniently } from './arguments.ts';
import type { CommandEntry } from './command.ts';
import type { OutputFormat } from './output/format.ts';
import { FLAGS_BEFORE, flagsOf, meantCommand, type Parsed } from './parse.ts';

/** The format that was asked for, also by a command line that could not be read as a whole; the last `-o` counts. */
export async function askedFormat(
  argv: readonly string[],
  parsed: Pick<Parsed, 'flags'> | undefined,
  entries: readonly CommandEntry[],
): Promise<OutputFormat> {
  const asked = parsed ? parsed.flags.text('output') : await amongArguments(argv, entries);
  return asked === 'json' || asked === 'yaml' ? asked : 'default';
}

async function amongArguments(argv: readonly string[], entries: readonly CommandEntry[]): Promise<string | undefined> {
  const meant = meantCommand(argv, entries);
  const command = await entries.find(({ name }) => name === meant)?.load();
  const flags = command ? flagsOf(command) : FLAGS_BEFORE;
  const normalized = readLeniently(argv, flags);
  const end = normalized.indexOf('--');
  const own = end < 0 ? normalized : normalized.slice(0, end);
  return own.findLast((word) => word.startsWith('--output='))?.slice('--output='.length);
}
