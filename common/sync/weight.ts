import { Sensitive } from '#common/sensitive.ts';

/** What a value takes beside its texts. */
const OVERHEAD = 16;

/** About how many bytes a value of JSON takes, its texts and what holds them, also in what is Sensitive. */
export function weightOf(value: unknown): number {
  if (typeof value === 'string') return OVERHEAD + value.length;
  if (typeof value !== 'object' || value === null) return OVERHEAD;
  if (value instanceof Sensitive) return weightOf(value.reveal());
  let weight = OVERHEAD;
  if (Array.isArray(value)) for (const item of value) weight += weightOf(item);
  else for (const key in value) weight += weightOf((value as Record<string, unknown>)[key]);
  return weight;
}
