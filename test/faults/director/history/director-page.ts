import { hash } from 'node:crypto';
import { wholeItem } from '#common/compass/director-item.ts';
import type {
  DirectorApplication,
  DirectorCredential,
  DirectorItem,
  DirectorPage,
  KnownPage,
  ListingProblem,
} from '#common/compass/director-types.ts';

/** What may be wrong with one page. */
export const PAGE_FAULTS = [
  'error',
  'unreadable',
  'lost',
  'doubled',
  'doubledItem',
  'shortened',
  'emptied',
  'cutOff',
  'nameless',
  'unusable',
  'miscounted',
] as const;

export type PageFault = (typeof PAGE_FAULTS)[number];

/** One Application as a page lists it. */
export interface Item {
  readonly id: string;
  readonly name: string;
  readonly credential: string | undefined;
}

export function damagedItems(items: readonly Item[], fault: PageFault | undefined): readonly Item[] {
  if (fault === 'emptied') return [];
  if (fault === 'doubledItem') return [...items, ...items.slice(0, 1)];
  return fault === 'shortened' ? items.slice(0, -1) : items;
}

export function totalWith(total: number, fault: PageFault | undefined): number {
  if (fault === 'emptied') return 0;
  return fault === 'miscounted' ? total + 1 : total;
}

export function nextCursor(
  isLast: boolean,
  offset: number,
  behind: number,
  fault: PageFault | undefined,
): string | undefined {
  // The same page once more, with a cursor that is another one.
  if (fault === 'doubled') return `${offset} again`;
  return isLast || fault === 'emptied' || fault === 'cutOff' ? undefined : `${behind}`;
}

export function toPage(
  items: readonly Item[],
  ids: readonly (string | undefined)[],
  problems: number,
  frame: Pick<DirectorPage, 'totalCount' | 'next'>,
): DirectorPage {
  const bad = items.slice(0, problems).map(({ name }, at): ListingProblem => {
    const id = ids[at];
    return { ...(id === undefined ? {} : { id }), name, reason: 'InvalidApplication', message: 'a fault' };
  });
  const good = items.slice(problems).map(toApplication);
  const digest = digestOf([frame, good, bad]);
  return { ...frame, items: [...good.map(shownItem), ...bad.map(wholeItem)], bytes: 0, digest };
}

/** The page as it comes to one who knows what it was: he is asked about it, and about what it shows. */
export function asKnown(page: DirectorPage, known: KnownPage | undefined): DirectorPage {
  const before = page.digest === undefined ? undefined : known?.page(page.digest);
  if (before) return before;
  for (const item of page.items) known?.item(item.digest?.() ?? '');
  return page;
}

function shownItem(application: DirectorApplication): DirectorItem {
  const digest = digestOf(application);
  return { ...wholeItem(application), digest: () => digest, isOfOnePage: () => !goesOn(application.id) };
}

function digestOf(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'base64url');
}

/** Some have further pages, which may change without the page that shows them. */
function goesOn(id: string): boolean {
  return id.endsWith('4');
}

function toApplication({ id, name, credential }: Item): DirectorApplication {
  const api = { id: `api-${id}`, name: 'API', targetURL: 'https://api.example.com' };
  const bundle = { id: `b-${id}`, name: 'Bundle', apiDefinitions: [api], eventDefinitions: [] };
  const defaultInstanceAuth = credential === undefined ? null : { credential: toCredential(credential) };
  return { id, name, clientIds: [], bundles: [{ ...bundle, defaultInstanceAuth }] };
}

function toCredential(credential: string): DirectorCredential {
  if (credential === 'unusable') return { type: 'Unknown', typename: 'Odd' };
  return { type: 'Basic', username: 'user', password: credential };
}
