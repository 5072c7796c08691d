import type { Sink } from '../command.ts';
import { formatJson } from './document.ts';
import type { Output, OutputFormat } from './format.ts';

/** What a command has to show: the document for programs, and texts for people. Only what `-o` asks for is made. */
export interface Result {
  /** For json, yaml and both kinds of jsonpath; custom-columns takes its `items`, or the document itself. */
  readonly document: () => object;
  /** Whether columns come without their heads. */
  readonly noHeaders?: boolean;
  /** For `-o name`: one `kind/name` a line. */
  readonly names?: readonly string[];
  /** For every other format; ends with a newline unless it is empty. */
  readonly text: (format: OutputFormat) => string | Promise<string>;
}

/** Prints a result as `-o` asks. The code of the rarer formats is loaded on use. Throws Usage for a template that is none. */
export async function printResult(result: Result, { format, template }: Output, stdout: Sink): Promise<void> {
  stdout.write(await render(result, format, template));
}

async function render(result: Result, format: OutputFormat, template: string): Promise<string> {
  switch (format) {
    case 'json':
      return formatJson(result.document());
    case 'yaml':
      return (await import('./yaml.ts')).formatYaml(result.document());
    case 'jsonpath':
      return (await import('./jsonpath.ts')).formatJsonPath(template, result.document());
    case 'jsonpath-as-json':
      return (await import('./jsonpath.ts')).formatJsonPathAsJson(template, result.document());
    case 'custom-columns':
      return (await import('./custom-columns.ts')).formatCustomColumns(template, result.document(), !result.noHeaders);
    case 'name':
      return (result.names ?? []).map((name) => `${name}\n`).join('');
    default:
      return result.text(format);
  }
}

/** Prints a document in one of the formats for programs. */
export async function printDocument(document: object, format: 'json' | 'yaml', stdout: Sink): Promise<void> {
  await printResult({ document: () => document, text: () => '' }, { format, template: '' }, stdout);
}
