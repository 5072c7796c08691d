import { wholeItem } from '#common/compass/director-item.ts';
import type {
  DirectorApplication,
  DirectorCredential,
  DirectorPage,
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
  const good = items.slice(problems);
  return {
    ...frame,
    items: [...good.map(toApplication), ...bad].map(wholeItem),
    bytes: 0,
  };
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
