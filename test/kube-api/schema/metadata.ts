import { anything, boolean, integer, list, listMap, map, object, type Schema, set, string } from './schema.ts';

/** ObjectMeta with the merge rules that the genuine server publishes for it. */
export const metadataSchema: Schema = object({
  name: string,
  generateName: string,
  namespace: string,
  selfLink: string,
  uid: string,
  resourceVersion: string,
  generation: integer,
  creationTimestamp: { ...string, format: 'date-time', nullable: true },
  deletionTimestamp: { ...string, format: 'date-time' },
  deletionGracePeriodSeconds: integer,
  labels: map(string),
  annotations: map(string),
  ownerReferences: listMap(
    object({
      apiVersion: string,
      kind: string,
      name: string,
      uid: string,
      controller: boolean,
      blockOwnerDeletion: boolean,
    }),
    'uid',
  ),
  finalizers: set(string),
  clusterName: string,
  managedFields: list(anything),
});

/** The schema of a whole object of a kind, from the schema of what it has beside its metadata. */
export function objectSchema(properties: Record<string, Schema>): Schema {
  return object({ apiVersion: string, kind: string, metadata: metadataSchema, ...properties });
}
