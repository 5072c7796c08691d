import { isRecord } from '../json.ts';
import type { DirectorApplication, DirectorItem, ListingProblem } from './director-types.ts';

/** An item of which everything is known. */
export function wholeItem(whole: DirectorApplication | ListingProblem): DirectorItem {
  const { id, name } = whole;
  return {
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    showsAccess: 'bundles' in whole && showsAccess(whole),
    whole: () => Promise.resolve(whole),
    isOfOnePage: () => false,
  };
}

/** Whether one of its bundles has credentials or request parameters. */
export function showsAccess({ bundles }: Pick<DirectorApplication, 'bundles'>): boolean {
  return bundles.some(({ defaultInstanceAuth }) => saysSomething(defaultInstanceAuth));
}

/** The same of an item as a page has it, whatever else that is. */
export function showsAccessUnread(item: unknown): boolean {
  const bundles = isRecord(item) && isRecord(item['bundles']) ? item['bundles']['data'] : undefined;
  return (
    Array.isArray(bundles) && bundles.some((bundle) => isRecord(bundle) && saysSomething(bundle['defaultInstanceAuth']))
  );
}

function saysSomething(auth: unknown): boolean {
  if (!isRecord(auth)) return false;
  return Boolean(auth['credential']) || hasKeys(auth['additionalHeaders']) || hasKeys(auth['additionalQueryParams']);
}

function hasKeys(lists: unknown): boolean {
  return isRecord(lists) && Object.keys(lists).length > 0;
}
