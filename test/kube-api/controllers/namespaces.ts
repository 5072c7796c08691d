import { randomUUID } from 'node:crypto';
import type { Cluster } from '../cluster.ts';
import { timestamp } from '../cluster.ts';
import { configMapKind, namespaceKind, serviceAccountKind } from '../kinds/core.ts';
import type { Resource } from '../kinds/resource.ts';
import type { KubeObject } from '../object.ts';
import { removeObject } from '../verbs/delete.ts';

/** The namespaces that every cluster has. */
export function createFirstNamespaces(cluster: Cluster, caPem: string): void {
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    put(cluster, namespaceKind, {
      metadata: { name },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  }
  for (const ns of cluster.storage.list(namespaceKind.storedAs)) furnish(cluster, ns.metadata.name, caPem);
}

/** What a namespace gets by itself: the ServiceAccount `default` and the CA of the server. */
export function furnish(cluster: Cluster, namespace: string, caPem: string): void {
  put(cluster, serviceAccountKind, { metadata: { name: 'default', namespace } });
  put(cluster, configMapKind, { metadata: { name: 'kube-root-ca.crt', namespace }, data: { 'ca.crt': caPem } });
}

function put(
  cluster: Cluster,
  resource: Resource,
  object: Pick<KubeObject, 'metadata'> & { [key: string]: unknown },
): void {
  const { name, namespace } = object.metadata;
  if (cluster.storage.get(resource.storedAs, namespace, name)) return;
  const metadata = { ...object.metadata, uid: randomUUID(), creationTimestamp: timestamp(cluster.now()) };
  cluster.storage.put(resource.storedAs, { ...object, apiVersion: 'v1', kind: resource.kind, metadata } as KubeObject);
}

/** Empties deleted namespaces whose grace is over (told by uid), and removes them once nothing holds their content. */
export function collectNamespaces(cluster: Cluster, isOver: (uid: string) => boolean): void {
  for (const namespace of cluster.storage.list(namespaceKind.storedAs)) {
    const { deletionTimestamp, uid = '' } = namespace.metadata;
    if (deletionTimestamp && isOver(uid)) empty(cluster, namespace);
  }
}

function empty(cluster: Cluster, namespace: KubeObject): void {
  const { name, finalizers = [] } = namespace.metadata;
  for (const [resource, object] of contentOf(cluster, name)) {
    const kind = cluster.registry.storedAs(resource);
    if (kind && !object.metadata.deletionTimestamp) removeObject(cluster, kind, object, 'Background');
  }
  const isEmpty = contentOf(cluster, name).length === 0;
  if (isEmpty && finalizers.length === 0) cluster.storage.remove(namespaceKind.storedAs, namespace);
}

function contentOf({ storage }: Cluster, namespace: string): [string, KubeObject][] {
  return [...storage.everything()].filter(([, object]) => object.metadata.namespace === namespace);
}
