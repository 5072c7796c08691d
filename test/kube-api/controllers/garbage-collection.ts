import type { Cluster } from '../cluster.ts';
import type { KubeObject, OwnerReference } from '../object.ts';
import { removeObject } from '../verbs/delete.ts';

/**
 * One round of owner-reference garbage collection: objects whose owners are all gone go too, references to absent
 * owners of others vanish, and the finalizers `orphan` and `foregroundDeletion` are worked off.
 */
export function collectGarbage(cluster: Cluster): void {
  const uids = new Set([...cluster.storage.everything()].map(([, object]) => object.metadata.uid));
  for (const [resource, object] of [...cluster.storage.everything()]) {
    const { ownerReferences = [], finalizers = [] } = object.metadata;
    if (object.metadata.deletionTimestamp && finalizers.includes('orphan')) orphan(cluster, resource, object);
    else if (object.metadata.deletionTimestamp && finalizers.includes('foregroundDeletion'))
      foreground(cluster, resource, object);
    else if (ownerReferences.length > 0) collect(cluster, resource, object, uids);
  }
}

function collect(cluster: Cluster, resource: string, object: KubeObject, uids: Set<string | undefined>): void {
  const { ownerReferences = [], deletionTimestamp } = object.metadata;
  const kept = ownerReferences.filter((owner) => uids.has(owner.uid));
  if (kept.length === ownerReferences.length) return;
  const kind = cluster.registry.storedAs(resource);
  if (kept.length > 0) cluster.storage.put(resource, withOwners(object, kept));
  else if (kind && !deletionTimestamp) removeObject(cluster, kind, object, 'Background');
}

function dependentsOf(cluster: Cluster, owner: KubeObject): [string, KubeObject][] {
  const isOwned = ({ metadata }: KubeObject) => metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid);
  return [...cluster.storage.everything()].filter(([, object]) => isOwned(object));
}

function orphan(cluster: Cluster, resource: string, owner: KubeObject): void {
  for (const [dependentResource, dependent] of dependentsOf(cluster, owner)) {
    const others = (dependent.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
    cluster.storage.put(dependentResource, withOwners(dependent, others));
  }
  release(cluster, resource, owner, 'orphan');
}

function foreground(cluster: Cluster, resource: string, owner: KubeObject): void {
  for (const [dependentResource, dependent] of dependentsOf(cluster, owner)) {
    const kind = cluster.registry.storedAs(dependentResource);
    if (kind && !dependent.metadata.deletionTimestamp) removeObject(cluster, kind, dependent, 'Background');
  }
  const isBlocked = dependentsOf(cluster, owner).some(([, { metadata }]) =>
    metadata.ownerReferences?.some((reference) => reference.uid === owner.metadata.uid && reference.blockOwnerDeletion),
  );
  if (!isBlocked) release(cluster, resource, owner, 'foregroundDeletion');
}

function release(cluster: Cluster, resource: string, object: KubeObject, finalizer: string): void {
  const finalizers = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  const { finalizers: _, ...metadata } = object.metadata;
  const next = { ...object, metadata: finalizers.length > 0 ? { ...metadata, finalizers } : metadata } as KubeObject;
  if (finalizers.length === 0) cluster.storage.remove(resource, next);
  else cluster.storage.put(resource, next);
}

function withOwners(object: KubeObject, owners: OwnerReference[]): KubeObject {
  const { ownerReferences: _, ...metadata } = object.metadata;
  return { ...object, metadata: owners.length > 0 ? { ...metadata, ownerReferences: owners } : metadata };
}
