import type { LoggedRequest, Served } from '../../simulator/request-log.ts';
import type { CompassRequest, Moment } from './chronicle.ts';

/** A page of the Runtime's Applications as it was served. */
export interface ListedPage {
  /** Of a listing, whose further pages follow. */
  readonly isFirst: boolean;
  /** Undefined for one that has none. */
  readonly ids: readonly (string | undefined)[];
  readonly totalCount: number;
  readonly isLast: boolean;
  /** All of it. */
  readonly body: string;
}

/** Pages that belong together. */
export interface ServedListing {
  readonly ids: ReadonlySet<string>;
  /** Every page was served, the counts agree, and nothing comes twice. */
  readonly isComplete: boolean;
  readonly body: string;
  readonly begun: Moment;
  readonly ended: Moment;
}

interface RawPage {
  readonly data: readonly ({ readonly id?: unknown } | null)[];
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean };
}

/** What a request for Applications was served; undefined for any other, and for what is no page. */
export function pageOf({ rootFields }: LoggedRequest, { variables, body }: Served): ListedPage | undefined {
  if (!rootFields.includes('applicationsForRuntime')) return undefined;
  const raw = rawPageOf(body);
  if (!raw) return undefined;
  return {
    isFirst: !variables['after'],
    ids: raw.data.map((item) => (typeof item?.id === 'string' ? item.id : undefined)),
    totalCount: raw.totalCount,
    isLast: !raw.pageInfo.hasNextPage,
    body,
  };
}

function rawPageOf(body: string): RawPage | undefined {
  try {
    const { data } = JSON.parse(body) as { data: Record<string, RawPage> };
    const page = Object.values(data)[0];
    return page?.data && page.pageInfo ? page : undefined;
  } catch {
    return undefined;
  }
}

/** The listings that were served, in order; one that broke off is not among them. */
export function listingsOf(requests: readonly CompassRequest[]): readonly ServedListing[] {
  const listings: ServedListing[] = [];
  let pages: (CompassRequest & { readonly page: ListedPage; readonly ended: Moment })[] = [];
  for (const request of requests) {
    const { page, ended } = request;
    if (!page || !ended) continue;
    pages = page.isFirst ? [{ ...request, page, ended }] : [...pages, { ...request, page, ended }];
    if (!page.isLast || !pages[0]?.page.isFirst) continue;
    listings.push(joined(pages, pages[0].begun, ended));
    pages = [];
  }
  return listings;
}

function joined(pages: readonly { readonly page: ListedPage }[], begun: Moment, ended: Moment): ServedListing {
  const all = pages.flatMap(({ page }) => page.ids);
  const ids = new Set(all.filter((id) => id !== undefined));
  const isWhole = ids.size === all.length;
  return {
    ids,
    isComplete: isWhole && pages.every(({ page }) => page.totalCount === all.length),
    body: pages.map(({ page }) => page.body).join('\n'),
    begun,
    ended,
  };
}
