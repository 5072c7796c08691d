import { formatNumber, isMap } from './values.ts';

/** A value as Go's `%v` writes it, which is how kubectl's columns print: `map[k:v]`, `[1 2]`, `<nil>`. */
export function formatGo(value: unknown): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return formatNumber(value);
  if (Array.isArray(value)) return `[${value.map(formatGo).join(' ')}]`;
  if (!isMap(value)) return String(value);
  const pairs = Object.keys(value)
    .sort()
    .map((key) => `${key}:${formatGo(value[key])}`);
  return `map[${pairs.join(' ')}]`;
}
