import { isDeepStrictEqual } from 'node:util';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The JSON merge patch (RFC 7386) that makes `current` say what `wanted` says; undefined where it does already.
 * A field that `wanted` lacks is removed if `owns` says that it is ours, and left alone otherwise. Null and absent are one.
 */
export function mergeDiff(current: unknown, wanted: Fields, owns: (key: string) => boolean): object | undefined {
  if (!isFields(current)) return wanted;
  const patch: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(wanted)) {
    const change = isFields(value) ? mergeDiff(current[key], value, owns) : changed(current[key], value);
    if (change !== undefined) patch[key] = change;
  }
  for (const [key, value] of Object.entries(current)) {
    if (value !== null && !(key in wanted) && owns(key)) patch[key] = null;
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

function changed(current: unknown, wanted: unknown): unknown {
  return isDeepStrictEqual(current ?? null, wanted ?? null) ? undefined : (wanted ?? null);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
