import type { Secret } from './objects.ts';

/** What a Secret holds, by its keys and decoded; nothing where there is no Secret. Never to be shown. */
export function secretValues(secret: Pick<Secret, 'data'> | undefined): Readonly<Record<string, string>> {
  const entries = Object.entries(secret?.data ?? {});
  return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]));
}
