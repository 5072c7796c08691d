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
export function unknownNames(names: readonly string[], entries: readonly PlanEntry[], result: RoundResult): string[] {
  const listed = listedNames(result);
  const { present } = result.round.scene;
  return names.filter((name) => !(listed.has(name) || present.application(name) || hasEntry(entries, name)));
}

/** Names that are listed, and have nothing said of them. */
export function unchangedNames(names: readonly string[], entries: readonly PlanEntry[], result: RoundResult): string[] {
  const listed = listedNames(result);
  return names.filter((name) => listed.has(name) && !hasEntry(entries, name));
}

function listedNames({ judged }: RoundResult): ReadonlySet<string | undefined> {
  return new Set(judged?.listing.heads.values());
}

function hasEntry(entries: readonly PlanEntry[], name: string): boolean {
  return entries.some((entry) => isAbout(entry, [name]));
}
