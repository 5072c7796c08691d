import { fetchApplicationIds, fetchApplicationsPage } from '#common/compass/director-listing.ts';
import type { Endpoint, Transport } from '#common/compass/endpoint.ts';
import type { ListingSource } from './page-reader.ts';

/** Whose Applications are listed, and where. */
export interface ListingTarget {
  readonly endpoint: Endpoint;
  readonly runtimeId: string;
}

/** Opens the listing of one Runtime. */
export type OpenListing = (target: ListingTarget) => ListingSource;

/** The Director's own listing. One `transport` for the whole process keeps its connections. */
export function directorListing(transport: Transport): OpenListing {
  return ({ endpoint, runtimeId }) => ({
    fetchPage: (first, after, known) => fetchApplicationsPage(endpoint, transport, { runtimeId, first, after, known }),
    async fetchHead(after) {
      const page = await fetchApplicationIds(endpoint, transport, { runtimeId, first: 1, after });
      const [head] = [...page.applications, ...page.problems];
      return { id: head?.id, name: head?.name, totalCount: page.totalCount, next: page.next };
    },
  });
}
