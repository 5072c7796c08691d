import type { Cluster } from '../cluster.ts';
import { namespaceKind } from '../kinds/core.ts';
import { crdKind } from '../kinds/custom-resource-definition.ts';
import type { Change } from '../storage.ts';
import { onCrdChange } from './custom-resource-definitions.ts';
import { collectGarbage } from './garbage-collection.ts';
import { collectNamespaces, furnish } from './namespaces.ts';

/** A namespace keeps its content this long, so that `kubectl delete -k` finds what it names (5 s on a genuine one). */
const namespaceGraceMs = 500;

/** Runs the controllers after every write, each in a turn of its own, until the returned function is called. */
export function runControllers(cluster: Cluster, caPem: string): () => void {
  let isPlanned = false;
  let isStopped = false;
  const graces = new Map<string, NodeJS.Timeout | 'over'>();
  const sweep = () => {
    isPlanned = false;
    if (isStopped) return;
    collectNamespaces(cluster, (uid) => graces.get(uid) === 'over');
    collectGarbage(cluster);
  };
  const beginGrace = (uid: string) => {
    if (graces.has(uid)) return;
    const end = () => {
      graces.set(uid, 'over');
      sweep();
    };
    graces.set(uid, setTimeout(end, namespaceGraceMs));
  };
  const unsubscribe = cluster.storage.subscribe((change) => {
    setImmediate(() => {
      if (!isStopped) react(cluster, change, caPem);
    });
    const { uid, deletionTimestamp } = change.object.metadata;
    if (change.resource === namespaceKind.storedAs && uid && deletionTimestamp) beginGrace(uid);
    if (isPlanned || !mayLeaveGarbage(change)) return;
    isPlanned = true;
    setImmediate(sweep);
  });
  return () => {
    isStopped = true;
    for (const timer of graces.values()) if (timer !== 'over') clearTimeout(timer);
    unsubscribe();
  };
}

function react(cluster: Cluster, change: Change, caPem: string): void {
  if (change.resource === crdKind.storedAs) onCrdChange(cluster, change);
  const crd = change.type === 'DELETED' ? deletedCrdOf(cluster, change.resource) : undefined;
  if (crd) onCrdChange(cluster, crd);
  const isNewNamespace = change.resource === namespaceKind.storedAs && change.type === 'ADDED';
  const { name } = change.object.metadata;
  const namespace = cluster.storage.get(namespaceKind.storedAs, undefined, name);
  if (isNewNamespace && namespace && !namespace.metadata.deletionTimestamp) furnish(cluster, name, caPem);
}

function deletedCrdOf(cluster: Cluster, resource: string): Change | undefined {
  const name = resource.split('/').reverse().join('.');
  const crd = cluster.storage.get(crdKind.storedAs, undefined, name);
  if (!crd?.metadata.deletionTimestamp) return;
  return { type: 'MODIFIED', resource: crdKind.storedAs, object: crd, revision: cluster.storage.revision };
}

function mayLeaveGarbage({ type, object: { metadata } }: Change): boolean {
  return type === 'DELETED' || metadata.deletionTimestamp !== undefined || metadata.ownerReferences !== undefined;
}
