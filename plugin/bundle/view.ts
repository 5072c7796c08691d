import type { Style } from '../command.ts';
import { shellWord } from '../output/shell-words.ts';
import type { Account } from './manifest.ts';

/** What people are told of an archive beside where it is. Steps and problems were said while they happened. */
export function describeArchive(
  { withheld }: Account,
  { path, bytes }: { readonly path: string; readonly bytes: number },
  { symbols }: Pick<Style, 'symbols'>,
): string {
  const counted = withheld.find(({ count }) => count !== undefined)?.count ?? 0;
  const taken = `something was taken out of ${counted} ${counted === 1 ? 'text' : 'texts'}`;
  return [
    [size(bytes), 'no value of a Secret is in it', taken].join(symbols.dot),
    `look at it without the cluster: kubectl compass status --from-bundle ${shellWord(path)}`,
  ].join('\n');
}

function size(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
