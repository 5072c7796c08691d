import { hasReason } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import type { Kind } from './objects.ts';
import { groupVersionPath } from './paths.ts';

/** What an API server serves of a kind. */
export interface ServedKind {
  readonly served: boolean;
  /** Whether its status is a subresource: then it is written there, and only there. */
  readonly hasStatus: boolean;
}

interface ResourceList {
  readonly resources?: readonly { readonly name?: string }[];
}

/** Whether a kind is served, and whether with a status subresource, by the resource list of its group and version. */
export async function discoverKind(cluster: Cluster, kind: Kind, signal?: AbortSignal): Promise<ServedKind> {
  try {
    const list = (await cluster.raw(groupVersionPath(kind.apiVersion), signal)) as ResourceList;
    const names = new Set((list.resources ?? []).map(({ name }) => name));
    return { served: names.has(kind.plural), hasStatus: names.has(`${kind.plural}/status`) };
  } catch (error) {
    if (hasReason(error, 'NotInstalled', 'ClusterNotFound')) return { served: false, hasStatus: false };
    throw error;
  }
}
