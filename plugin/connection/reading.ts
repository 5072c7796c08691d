import type { Cluster, ListOptions } from '#common/cluster/cluster.ts';
import type { Kind, KubeObject } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import type { MissingRight } from './right.ts';

/** What was read, or the right that reading it takes. */
export interface Reading<T> {
  readonly items: readonly T[];
  readonly denied?: MissingRight;
}

/** What a call reads; where it is forbidden, nothing and the right that was missing. */
export async function reading<T>(right: MissingRight, read: () => Promise<readonly T[]>): Promise<Reading<T>> {
  try {
    return { items: await read() };
  } catch (error) {
    if (hasReason(error, 'ClusterForbidden')) return { items: [], denied: right };
    throw error;
  }
}

/** All objects of a kind, whatever number of pages they come in. */
export async function list<T extends KubeObject>(
  cluster: Cluster,
  kind: Kind,
  options: Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'> = {},
): Promise<T[]> {
  const items: T[] = [];
  for await (const page of cluster.listPages<T>(kind, options)) items.push(...page.items);
  return items;
}
