import type { KubeObject } from '#common/cluster/objects.ts';
import { formatYaml } from '../../output/yaml.ts';
import { lineEndOf } from './splice.ts';

/** Begins each document that inject adds to a manifest, so that eject knows it again. */
const MARK = '--- # added by kubectl compass inject';
/** The text before it had no line end, and is to have none again. */
const UNENDED = ', behind a last line without an end';

/** A manifest with more documents at its end. */
export function append(text: string, objects: readonly KubeObject[]): string {
  const lineEnd = lineEndOf(text);
  const isUnended = text !== '' && !text.endsWith('\n');
  const documents = objects.map((object, i) => {
    const head = i === 0 && isUnended ? `${lineEnd}${MARK}${UNENDED}` : MARK;
    return `${head}\n${formatYaml(object)}`.replace(/(?<!\r)\n/g, lineEnd);
  });
  return text + documents.join('');
}

const FIRST_LINE = /^--- # added by kubectl compass inject(, behind a last line without an end)?\r?$/;

/** The manifest without the documents that inject added: byte for byte what it was. */
export function withoutAppended(text: string): string {
  if (!text.includes(MARK)) return text;
  let result = '';
  let isOurs = false;
  let lineEnd = '';
  for (const line of text.split(/(?<=\n)/)) {
    const mark = FIRST_LINE.exec(line.replace(/\n$/, ''));
    if (mark?.[1] !== undefined) {
      lineEnd = /\r?\n$/.exec(result)?.[0] ?? '';
      result = result.slice(0, result.length - lineEnd.length);
    }
    if (line.startsWith('---') || line.startsWith('...')) isOurs = mark !== null;
    if (isOurs) continue;
    // Somebody's own document that came behind needs the line end that was taken away.
    result += lineEnd + line;
    lineEnd = '';
  }
  return result;
}
