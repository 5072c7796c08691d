import { CompassError } from '#common/errors.ts';

/** What `-o` can ask for; which of them a command has, it says itself. */
export type OutputFormat = 'default' | 'wide' | 'json' | 'yaml' | 'name';

/** The formats that a program reads: there a failure is a document, too. */
export function isMachineReadable(format: OutputFormat): format is 'json' | 'yaml' {
  return format === 'json' || format === 'yaml';
}

/** Reads the value of `-o` for a command that has `offered`. Throws Usage, with what there is instead. */
export function readOutputFormat(text: string | undefined, offered: readonly OutputFormat[]): OutputFormat {
  if (text === undefined || text === '') return 'default';
  const format = offered.find((candidate) => candidate === text);
  if (format) return format;
  const choices = offered.filter((candidate) => candidate !== 'default').join(', ');
  throw new CompassError('Usage', `${refusal(text)}; -o takes ${choices}`);
}

function refusal(text: string): string {
  const kind = text.split('=', 1)[0] ?? text;
  if (kind.startsWith('go-template')) return `-o ${kind} is not offered: use -o json and a reader of JSON`;
  if (kind.startsWith('jsonpath') || kind.startsWith('custom-columns')) return `-o ${kind} is not offered yet`;
  return `unknown output format "${text}"`;
}
