import type { JsonObject } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { objectSchema } from '../schema/metadata.ts';
import { dropNulls, omitEmpty, prune } from '../schema/normalize.ts';
import type { Schema } from '../schema/schema.ts';
import { ageColumn, nameColumn } from './columns.ts';
import type { Column, Resource } from './resource.ts';

/** What a built-in kind says about itself; the rest follows. */
export type Definition = {
  group?: string;
  version?: string;
  kind: string;
  plural: string;
  shortNames?: string[];
  categories?: string[];
  namespaced?: boolean;
  properties: Record<string, Schema>;
  empty?: JsonObject;
  columns?: Column[];
  subresources?: string[];
  createsOnUpdate?: boolean;
  needsResourceVersion?: boolean;
  generation?: Resource['generation'];
  canBeCoOwned?: boolean;
  fill?: (object: KubeObject) => KubeObject;
  prepare?: Resource['prepare'];
  validate?: Resource['validate'];
};

/** A built-in kind from its definition: namespaced, in the core group, version v1, unless it says otherwise. */
export function defineKind(definition: Definition): Resource {
  const { kind, plural, group = '' } = definition;
  const schema = objectSchema(definition.properties);
  const empty = definition.empty ?? {};
  const fill = definition.fill ?? ((object) => object);
  const tidy = (object: KubeObject) => omitEmpty(object, schema, { ...empty }) as KubeObject;
  return {
    group,
    version: definition.version ?? 'v1',
    kind,
    listKind: `${kind}List`,
    plural,
    singular: '',
    shortNames: definition.shortNames ?? [],
    categories: definition.categories ?? [],
    namespaced: definition.namespaced ?? true,
    storedAs: `${group}/${plural}`,
    schema,
    isCustom: false,
    canBeCoOwned: definition.canBeCoOwned ?? true,
    subresources: definition.subresources ?? [],
    createsOnUpdate: definition.createsOnUpdate ?? false,
    needsResourceVersion: definition.needsResourceVersion ?? false,
    generation: definition.generation ?? 'none',
    empty,
    columns: [nameColumn, ...(definition.columns ?? []), ageColumn],
    read: (object) => fill(tidy(dropNulls(prune(object, schema, true), schema) as KubeObject)),
    fill: (object) => fill(tidy(object)),
    prepare: definition.prepare ?? ((next) => next),
    validate: definition.validate ?? (() => []),
  };
}
