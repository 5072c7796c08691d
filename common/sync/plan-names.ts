import type { PlanEntry } from './plan-document.ts';
import type { RoundResult } from './synchronize-once.ts';

/** Names as the parameter `apps` of a request: with commas between them, those in a name percent-encoded. */
export function formatNames(names: readonly string[]): string {
  return names.map((name) => name.replace(/[%,]/g, encodeURIComponent)).join(',');
}

export function parseNames(text = ''): string[] {
  return text
    .split(',')
    .map((name) => name.replace(/%2C|%25/gi, decodeURIComponent))
    .filter((name) => name !== '');
}

/** Whether an entry concerns one of the Applications that were named; all do where none was. */
export function isAbout({ name, application, listedAs }: PlanEntry, names: readonly string[]): boolean {
  return names.length === 0 || [name, application, listedAs].some((one) => one !== undefined && names.includes(one));
}

/** Names that nobody knows: no entry, no Application in the cluster and none in the listing. */
export function unknownNames(
  names: readonly string[],
  entries: readonly PlanEntry[],
  { round, judged }: RoundResult,
): string[] {
  if (names.length === 0) return [];
  const listed = new Set(judged?.listing.heads.values());
  const { present } = round.scene;
  return names.filter(
    (name) => !(listed.has(name) || present.application(name) || entries.some((entry) => isAbout(entry, [name]))),
  );
}
