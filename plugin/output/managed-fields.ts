import type { KubeObject } from '#common/cluster/objects.ts';

/** As kubectl prints objects: who wrote which field is the larger part of many. */
export function withoutManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
