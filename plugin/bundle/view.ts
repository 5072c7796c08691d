import type { Style } from '../command.ts';
import { shellWord } from '../output/shell-words.ts';
import type { Account } from './manifest.ts';

/** The archive for people: where it is, and how to look at it. Steps and problems were said while they happened. */
export function formatReport(
  { withheld }: Account,
  { path, bytes }: { readonly path: string; readonly bytes: number },
  { paint, symbols }: Style,
): string {
  const counted = withheld.find(({ count }) => count !== undefined)?.count ?? 0;
  return [
    `${path} (${size(bytes)})`,
    paint.dim(
      [`secrets withheld`, `something taken out of ${counted} ${counted === 1 ? 'text' : 'texts'}`].join(symbols.dot),
    ),
    `kubectl compass status --from-bundle ${shellWord(path)}`,
    '',
  ].join('\n');
}

function size(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
