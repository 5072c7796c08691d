import { readObject } from './body.ts';
import type { Cluster } from './cluster.ts';
import { timestamp } from './cluster.ts';
import { onCrdChange } from './controllers/custom-resource-definitions.ts';
import { isObject, type Json } from './json.ts';
import { crdKind } from './kinds/custom-resource-definition.ts';
import { trackUpdate } from './managed-fields/update.ts';
import type { KubeObject } from './object.ts';
import { insert } from './verbs/create.ts';

/** Stores an object before the server listens, as if `kubectl create` had. CRDs are established at once. */
export function seed(cluster: Cluster, value: unknown): void {
  if (!isObject(value as Json)) throw new Error('an object to start with is not an object');
  const body = value as KubeObject;
  const resource = cluster.registry.ofKind(body.apiVersion, body.kind);
  if (resource === undefined) throw new Error(`no such kind to start with: ${body.apiVersion} ${body.kind}`);
  const writer = {
    manager: 'kubectl-create',
    apiVersion: body.apiVersion,
    schema: resource.schema,
    now: timestamp(cluster.now()),
  };
  const nothing = { ...resource.empty, apiVersion: body.apiVersion, kind: body.kind, metadata: {} } as KubeObject;
  const stored = insert(cluster, resource, trackUpdate(nothing, readObject(body, resource), writer, true), false);
  if (resource.storedAs === crdKind.storedAs) {
    onCrdChange(cluster, {
      type: 'ADDED',
      resource: resource.storedAs,
      object: stored,
      revision: cluster.storage.revision,
    });
  }
}
