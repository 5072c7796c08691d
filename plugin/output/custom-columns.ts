import { CompassError } from '#common/errors.ts';
import { alignColumns } from './columns.ts';
import { formatGo } from './jsonpath/go-value.ts';
import { isMap } from './jsonpath/values.ts';
import { jsonPathReader } from './jsonpath.ts';

interface Column {
  readonly head: string;
  readonly read: (item: unknown) => readonly unknown[];
}

/**
 * Reads a template, which is kubectl's: `NAME:.metadata.name,…`, or as in a file a line of heads above a line of paths.
 * Throws Usage for what is none.
 */
export function parseColumns(template: string): readonly Column[] {
  return template.includes('\n') ? readFileColumns(template) : readColumns(template);
}

/**
 * A list as the columns that a template names, one row an item; any other document is one row. Throws Usage for a template
 * that is none.
 */
export function formatCustomColumns(template: string, document: object, hasHead = true): string {
  const columns = parseColumns(template);
  const value: unknown = JSON.parse(JSON.stringify(document));
  const items = isMap(value) && Array.isArray(value['items']) ? value['items'] : [value];
  const rows = items.map((item) => columns.map(({ read }) => cell(read(item))));
  return alignColumns(hasHead ? [columns.map(({ head }) => head), ...rows] : rows);
}

function readColumns(template: string): readonly Column[] {
  return template.split(',').map((spec) => {
    const colon = spec.indexOf(':');
    if (colon < 0) throw new CompassError('Usage', `the column "${spec}" is none: write HEAD:.path`);
    return { head: spec.slice(0, colon).trim(), read: jsonPathReader(spec.slice(colon + 1)) };
  });
}

function readFileColumns(template: string): readonly Column[] {
  const [heads = [], paths = []] = template.split('\n').map((line) => line.split(/\s+/).filter((word) => word !== ''));
  if (heads.length === 0 || heads.length !== paths.length) {
    const message = `the columns' file has ${heads.length} heads and ${paths.length} paths: it needs a line of each, as many`;
    throw new CompassError('Usage', message);
  }
  return paths.map((path, at) => ({ head: heads[at] ?? '', read: jsonPathReader(path) }));
}

/** On one line, and without what could move the cursor. */
function cell(values: readonly unknown[]): string {
  if (values.length === 0) return '<none>';
  return values
    .map(formatGo)
    .join(',')
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '\ufffd');
}
