import type { Sink } from '../command.ts';
import { formatJson } from './document.ts';

/** Prints a document in one of the formats for programs. */
export async function printDocument(document: object, format: 'json' | 'yaml', stdout: Sink): Promise<void> {
  if (format === 'json') {
    stdout.write(formatJson(document));
    return;
  }
  const { formatYaml } = await import('./yaml.ts');
  stdout.write(formatYaml(document));
}
