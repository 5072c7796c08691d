import type { Cluster } from '../cluster.ts';
import { timestamp } from '../cluster.ts';
import { asArray, asObject, asString, at, equal, isObject, type JsonObject } from '../json.ts';
import { crdKind } from '../kinds/custom-resource-definition.ts';
import { trackUpdate } from '../managed-fields/update.ts';
import type { KubeObject } from '../object.ts';
import type { Change } from '../storage.ts';
import { cleanup } from './cleanup.ts';

/** Accepts the names of new CRDs, establishes them, and removes their custom resources before them. */
export function onCrdChange(cluster: Cluster, { object, type }: Change): void {
  if (type === 'DELETED') return;
  const live = cluster.storage.get(crdKind.storedAs, undefined, object.metadata.name);
  if (live === undefined || live.metadata.uid !== object.metadata.uid) return;
  if (live.metadata.deletionTimestamp) finalize(cluster, live);
  else establish(cluster, live);
}

function establish(cluster: Cluster, live: KubeObject): void {
  const status = statusOf(cluster, live);
  if (equal(status, live['status'])) return;
  const next = { ...live, status };
  const writer = {
    manager: 'kube-apiserver',
    apiVersion: live.apiVersion,
    schema: crdKind.schema,
    now: timestamp(cluster.now()),
  };
  cluster.storage.put(crdKind.storedAs, trackUpdate(live, next, writer, false));
}

function statusOf(cluster: Cluster, crd: KubeObject): JsonObject {
  const names = asObject(at(crd, 'spec', 'names'));
  const status = asObject(crd['status']);
  const now = timestamp(cluster.now());
  const known = asArray(status['conditions']).filter(isObject);
  const since = (type: string) =>
    asString(known.find((condition) => condition['type'] === type)?.['lastTransitionTime']) || now;
  const stored = asArray(at(crd, 'spec', 'versions'))
    .filter(isObject)
    .filter((version) => version['storage'] === true);
  const storedVersions = [
    ...new Set([...asArray(status['storedVersions']), ...stored.map((version) => asString(version['name']))]),
  ];
  return {
    ...status,
    acceptedNames: names,
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found', since('NamesAccepted')),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted', since('Established')),
    ],
    storedVersions,
  };
}

function condition(type: string, reason: string, message: string, lastTransitionTime: string): JsonObject {
  return { lastTransitionTime, message, reason, status: 'True', type };
}

function finalize(cluster: Cluster, crd: KubeObject): void {
  const { storage } = cluster;
  const storedAs = `${asString(at(crd, 'spec', 'group'))}/${asString(at(crd, 'spec', 'names', 'plural'))}`;
  for (const object of storage.list(storedAs)) {
    if (!object.metadata.finalizers?.length) storage.remove(storedAs, object);
  }
  if (storage.list(storedAs).length > 0) return;
  const finalizers = (crd.metadata.finalizers ?? []).filter((name) => name !== cleanup);
  const next = { ...crd, metadata: { ...crd.metadata, finalizers } };
  if (finalizers.length === 0) storage.remove(crdKind.storedAs, next);
  else if (finalizers.length < (crd.metadata.finalizers ?? []).length) storage.put(crdKind.storedAs, next);
}
