import { APP_HEADS, appRows } from './app-rows.ts';
import { API_HEADS, apiRows, BUNDLE_HEADS, bundleRows, EVENT_HEADS, eventRows } from './entry-rows.ts';
import type { Landscape } from './landscape.ts';
import type { Readiness } from './readiness.ts';
import type { ResourceType } from './resource.ts';
import type { Heads, Row } from './row.ts';
import { SECRET_HEADS, secretRows } from './secret-rows.ts';

export const HEADS: Readonly<Record<ResourceType, Heads>> = {
  apps: APP_HEADS,
  bundles: BUNDLE_HEADS,
  apis: API_HEADS,
  events: EVENT_HEADS,
  secrets: SECRET_HEADS,
};

/** What is listed, and which of it. */
export interface Wish {
  readonly type: ResourceType;
  readonly names: readonly string[];
  /** Whether the API server was asked for some only: then what it does not have is not among them. */
  readonly isSelected: boolean;
  readonly hasStatus: (readiness: Readiness) => boolean;
}

/** The rows of a list, in the order of the Applications. Filters apply here, whatever is printed of it. */
export function rowsOf(landscape: Landscape, { type, names, isSelected, hasStatus }: Wish): readonly Row[] {
  const isNamed = (row: Row) => names.length === 0 || row.names.some((name) => names.includes(name));
  return all(landscape, type, isSelected).filter((row) => isNamed(row) && hasStatus(row.readiness));
}

function all(landscape: Landscape, type: ResourceType, isSelected: boolean): readonly Row[] {
  switch (type) {
    case 'apps':
      return appRows(landscape, !isSelected);
    case 'bundles':
      return bundleRows(landscape);
    case 'apis':
      return apiRows(landscape);
    case 'events':
      return eventRows(landscape);
    case 'secrets':
      return secretRows(landscape, isSelected);
  }
}
