import { asArray, asObject, asString, at, isObject, type Json, type JsonObject } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { metadataSchema } from '../schema/metadata.ts';
import { applyDefaults, dropNulls, prune } from '../schema/normalize.ts';
import { asSchema, type Schema } from '../schema/schema.ts';
import { validate } from '../schema/validate.ts';
import type { Cause } from '../status.ts';
import { customAgeColumn, nameColumn } from './columns.ts';
import { printerColumn } from './printer-column.ts';
import type { Resource } from './resource.ts';

/** The resources that a CRD asks for: one a served version. */
export function customResources(crd: KubeObject): Resource[] {
  const versions = asArray(at(crd, 'spec', 'versions')).filter(isObject);
  return versions.filter((version) => version['served'] === true).map((version) => customResource(crd, version));
}

function strings(value: Json | undefined): string[] {
  return asArray(value).filter((item) => typeof item === 'string');
}

function customResource(crd: KubeObject, version: JsonObject): Resource {
  const names = asObject(at(crd, 'spec', 'names'));
  const group = asString(at(crd, 'spec', 'group'));
  const given = asSchema(asObject(at(version, 'schema', 'openAPIV3Schema')));
  const keepsUnknown = at(crd, 'spec', 'preserveUnknownFields') === true;
  const schema: Schema = {
    ...given,
    ...(keepsUnknown ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
    properties: {
      ...given.properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: metadataSchema,
    },
  };
  const statusIsApart = isObject(at(version, 'subresources', 'status'));
  const plural = asString(names['plural']);
  const columns = asArray(version['additionalPrinterColumns']).filter(isObject).map(printerColumn);
  const fill = (object: KubeObject) => applyDefaults(tidyMetadata(object), schema) as KubeObject;
  return {
    group,
    version: asString(version['name']),
    kind: asString(names['kind']),
    listKind: asString(names['listKind']),
    plural,
    singular: asString(names['singular']),
    shortNames: strings(names['shortNames']),
    categories: strings(names['categories']),
    namespaced: at(crd, 'spec', 'scope') === 'Namespaced',
    storedAs: `${group}/${plural}`,
    schema,
    isCustom: true,
    mergesInPart: false,
    subresources: statusIsApart ? ['status'] : [],
    createsOnUpdate: false,
    needsResourceVersion: true,
    generation: 'all',
    empty: {},
    columns: [nameColumn, ...(columns.length > 0 ? columns : [customAgeColumn])],
    read: (object) => fill(dropNulls(prune(object, schema, true), schema) as KubeObject),
    fill,
    prepare: (next, live) => (statusIsApart ? withStatusOf(next, live) : next),
    validate: (next) =>
      unique(validate({ ...next }, { ...schema, properties: { ...schema.properties, metadata: { type: 'object' } } })),
  };
}

/** The genuine server says the same thing of several list items once. */
function unique(causes: Cause[]): Cause[] {
  return [...new Map(causes.map((cause) => [`${cause.field} ${cause.message}`, cause])).values()];
}

function withStatusOf(next: KubeObject, live: KubeObject | undefined): KubeObject {
  const { status: _, ...rest } = next;
  const status = live?.['status'];
  return (status === undefined ? rest : { ...rest, status }) as KubeObject;
}

/** Empty labels, annotations and lists of metadata vanish, as everywhere. */
function tidyMetadata(object: KubeObject): KubeObject {
  const metadata = Object.fromEntries(
    Object.entries(object.metadata).filter(([, value]) => {
      if (value === null || value === '') return false;
      return typeof value !== 'object' || Object.keys(value).length > 0;
    }),
  ) as KubeObject['metadata'];
  return { ...object, metadata };
}
