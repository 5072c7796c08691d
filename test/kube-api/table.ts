import type { JsonObject } from './json.ts';
import type { Column, Resource } from './kinds/resource.ts';
import type { KubeObject } from './object.ts';

/** How the answer is wanted: as objects, as a Table, or as metadata only. */
export type Form = 'object' | 'table' | 'partial';

/** Reads an Accept header; the first form that is served wins. */
export function formOf(accept: string | undefined): Form {
  for (const range of (accept ?? '').split(',')) {
    const parameters = range.split(';').map((part) => part.trim());
    if (!['application/json', '*/*', 'application/*'].includes(parameters[0] ?? '')) continue;
    if (parameters.includes('as=Table')) return 'table';
    if (parameters.some((part) => part.startsWith('as=PartialObjectMetadata'))) return 'partial';
    return 'object';
  }
  return 'object';
}

/** An object as PartialObjectMetadata. */
export function partialOf(object: KubeObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

/** A page of objects as PartialObjectMetadataList. */
export function partialListOf(items: KubeObject[], metadata: JsonObject): JsonObject {
  return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: items.map(partialOf) };
}

/** The Table of some objects. `include` says what a row carries beside its cells: Object, Metadata (default) or None. */
export function tableOf(
  resource: Resource,
  items: KubeObject[],
  metadata: JsonObject,
  include: string | null,
  now: Date,
): JsonObject {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: resource.columns.map(definitionOf),
    rows: items.map((object) => ({
      cells: resource.columns.map((column) => column.value(object, now)),
      ...(include === 'None' ? {} : { object: include === 'Object' ? object : partialOf(object) }),
    })),
  };
}

function definitionOf({ name, type, format = '', description = '', priority = 0 }: Column): JsonObject {
  return { name, type, format, description, priority };
}
