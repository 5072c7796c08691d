import { CompassError } from '#common/errors.ts';
import type { Query } from './query.ts';
import type { Row } from './row.ts';

/** A list as `kubectl get -o json` prints it. */
export interface ListDocument {
  readonly apiVersion: 'v1';
  readonly kind: 'List';
  readonly metadata: object;
  readonly items: readonly object[];
}

/**
 * What programs read: the real Applications, and items of ours for what is inside of them. One that was named is printed
 * by itself, as kubectl does. Throws ClusterNotFound where what was named has no object, since it could not be created.
 */
export function documentOf({ names }: Query, rows: readonly Row[]): object {
  const [row] = rows;
  if (names.length === 1 && rows.length === 1 && row) return row.document ?? refuse(row);
  return listOf(rows);
}

function listOf(rows: readonly Row[]): ListDocument {
  return { apiVersion: 'v1', kind: 'List', metadata: {}, items: rows.flatMap(({ document }) => document ?? []) };
}

function refuse({ names, readiness: { reason, message } }: Row): never {
  throw new CompassError(
    'ClusterNotFound',
    `the Application ${names[0]} is not in the cluster: ${reason}: ${message}`,
    {
      next: `kubectl compass explain ${reason}`,
    },
  );
}
