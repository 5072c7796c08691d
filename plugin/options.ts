import type { Flag } from './flags.ts';

/** Flags as `kubectl options` prints them: each with what it is unless it is given, and what it does below. */
export function formatOptions(flags: readonly Flag[]): string {
  const entries = flags.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(formatOption);
  return `The following options can be passed to any command:\n\n${entries.join('\n')}`;
}

function formatOption(flag: Flag): string {
  const short = flag.short ? `-${flag.short}, ` : '';
  const choices = flag.choices ? `: ${flag.choices.join(', ')}` : '';
  return `    ${short}--${flag.name}=${unlessGiven(flag)}:\n\t${flag.summary}${choices}\n`;
}

function unlessGiven({ kind }: Flag): string {
  if (kind === 'switch') return 'false';
  return kind === 'texts' ? '[]' : "''";
}
