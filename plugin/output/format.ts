import { readFile } from 'node:fs/promises';
import { CompassError } from '#common/errors.ts';
import { quoted } from '../quoted.ts';
import { whyUnread } from '../why-unread.ts';

/** What `-o` can ask for; which of them a command has, it says itself. */
export type OutputFormat =
  | 'default'
  | 'wide'
  | 'oneline'
  | 'short'
  | 'summary'
  | 'raw'
  | 'junit'
  | 'pem'
  | 'ndjson'
  | 'name'
  | 'json'
  | 'yaml'
  | 'jsonpath'
  | 'jsonpath-as-json'
  | 'custom-columns';

/** What every command that has a document offers beside its own formats. */
export const DOCUMENT_FORMATS = [
  'json',
  'yaml',
  'jsonpath',
  'jsonpath-as-json',
] as const satisfies readonly OutputFormat[];

/** What every command that lists objects offers beside its own formats. */
export const LIST_FORMATS = [
  'wide',
  'json',
  'yaml',
  'name',
  'jsonpath',
  'jsonpath-as-json',
  'custom-columns',
] as const satisfies readonly OutputFormat[];

/** What `-o` said: the format, and what it is made by where it takes a template. */
export interface Output {
  readonly format: OutputFormat;
  readonly template: string;
}

/** The formats that a program reads as a whole: there a failure is a document, too. */
export function isMachineReadable(format: OutputFormat): format is 'json' | 'yaml' {
  return format === 'json' || format === 'yaml';
}

/** Formats that take a template, after `=`. */
const TEMPLATES: readonly OutputFormat[] = ['jsonpath', 'jsonpath-as-json', 'custom-columns'];

/** Those that also take its file, as in `jsonpath-file=NAME`: as with kubectl, not all. */
const IN_FILES: readonly OutputFormat[] = ['jsonpath', 'custom-columns'];

/** How `-o` can say a format: the ways to a template end with `=`. */
export function waysToSay(format: OutputFormat): readonly string[] {
  if (!TEMPLATES.includes(format)) return [format];
  return IN_FILES.includes(format) ? [`${format}=`, `${format}-file=`] : [`${format}=`];
}

/**
 * Reads the value of `-o` for a command that has `offered`. Throws Usage, with what there is instead; for a template that is
 * none, or whose file cannot be read, too: before the command has done anything that it could not show.
 */
export async function readOutput(text: string | undefined, offered: readonly OutputFormat[]): Promise<Output> {
  if (text === undefined || text === '') return { format: 'default', template: '' };
  const equals = text.indexOf('=');
  const kind = equals < 0 ? text : text.slice(0, equals);
  const format = offered.find((candidate) => candidate === kind || waysToSay(candidate).includes(`${kind}=`));
  const takesTemplate = format !== undefined && TEMPLATES.includes(format);
  if (!format || (!takesTemplate && kind !== text)) throw refusal(text, kind, offered);
  if (!takesTemplate) return { format, template: '' };
  const given = text.slice(kind.length + 1);
  if (given === '') throw new CompassError('Usage', `-o ${kind} needs a template: ${kind}=${exampleOf(format)}`);
  const template = kind.endsWith('-file') ? await readTemplate(given) : given;
  await requireTemplate(format, template);
  return { format, template };
}

/** The readers of templates are loaded for those who give one. */
async function requireTemplate(format: OutputFormat, template: string): Promise<void> {
  if (isJsonPath(format)) (await import('./jsonpath/parse.ts')).parseTemplate(template);
  else (await import('./custom-columns.ts')).parseColumns(template);
}

/** A path without braces is a text, which kubectl prints as it stands, and leaves one to wonder. */
export function barePathHint({ format, template }: Output): string | undefined {
  if (!isJsonPath(format) || !/^\.?\w[\w.[\]*-]*$/.test(template)) return undefined;
  const path = template.startsWith('.') ? template : `.${template}`;
  return `hint: without braces this is printed as it stands; the path is -o ${format}='{${path}}'`;
}

function isJsonPath(format: OutputFormat): boolean {
  return format === 'jsonpath' || format === 'jsonpath-as-json';
}

function exampleOf(format: OutputFormat): string {
  return isJsonPath(format) ? "'{.metadata.name}'" : 'NAME:.metadata.name';
}

async function readTemplate(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError('Usage', `the template ${path} cannot be read: ${whyUnread(error)}`, { cause: error });
  }
}

function refusal(text: string, kind: string, offered: readonly OutputFormat[]): CompassError {
  const choices = offered.filter((candidate) => candidate !== 'default').join(', ');
  const why = kind.startsWith('go-template')
    ? `-o go-template is not offered: use -o jsonpath=…, or -o json and a reader of JSON`
    : `unknown output format ${quoted(text)}`;
  return new CompassError('Usage', choices === '' ? why : `${why}; -o takes ${choices}`);
}
