import type { Invocation } from '../command.ts';
import { documentOf } from './document.ts';
import { fetchLandscape, readQuery, requireNamed, sorted } from './query.ts';
import { rowsOf } from './rows.ts';
import { formatRows } from './table.ts';
import { tableOptions } from './table-options.ts';

/** `kubectl compass get`: fetch, select, print. */
export async function runGet(invocation: Invocation): Promise<number> {
  const query = readQuery(invocation);
  const { cluster } = await invocation.connect();
  if (['watch', 'watch-only'].some((name) => invocation.flags.isOn(name)))
    return (await import('./watch.ts')).watchRows(invocation, cluster, query);
  const landscape = await fetchLandscape(invocation, cluster, query);
  const selected = rowsOf(landscape, query);
  requireNamed(query, selected, landscape);
  const rows = sorted(selected, query.sortBy);
  // As kubectl: not even an empty list.
  if (rows.length === 0 && query.names.length > 0) return 0;
  if (rows.length === 0) invocation.hint(`no ${query.type} found`);
  const options = tableOptions(invocation);
  await invocation.print({
    document: () => documentOf(query, rows),
    names: rows.map(({ fullName }) => fullName).filter((name) => name !== ''),
    noHeaders: !options.hasHead,
    text: () => (rows.length === 0 ? '' : formatRows(query.type, rows, options)),
  });
  return 0;
}
