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
  /** The columns between Name and Age, and those behind, shown with -o wide; or all of them. */
  columns?: Column[];
  wideColumns?: Column[];
  allColumns?: Column[];
  subresources?: string[];
  createsOnUpdate?: boolean;
  needsResourceVersion?: boolean;
  generation?: Resource['generation'];
  mergesInPart?: boolean;
  isHollow?: boolean;
  fill?: (object: KubeObject) => KubeObject;
  prepare?: Resource['prepare'];
  validate?: Resource['validate'];
};

const usual = {
  group: '',
  version: 'v1',
  singular: '',
  shortNames: [],
  categories: [],
  namespaced: true,
  isCustom: false,
  mergesInPart: false,
  subresources: [],
  createsOnUpdate: false,
  needsResourceVersion: false,
  generation: 'none',
  empty: {},
  prepare: (next: KubeObject) => next,
  validate: () => [],
} satisfies Partial<Resource>;

/** A built-in kind from its definition: namespaced, in the core group, version v1, unless it says otherwise. */
export function defineKind(definition: Definition): Resource {
  const { properties, columns, wideColumns, allColumns, fill = (object) => object, ...said } = definition;
  const schema = objectSchema(properties);
  const known = { ...usual, ...said };
  const tidy = (object: KubeObject) => omitEmpty(object, schema, { metadata: {}, ...known.empty }) as KubeObject;
  return {
    ...known,
    listKind: `${known.kind}List`,
    storedAs: `${known.group}/${known.plural}`,
    schema,
    columns: allColumns ?? [nameColumn, ...(columns ?? []), ageColumn, ...(wideColumns ?? [])],
    read: (object) => fill(tidy(dropNulls(prune(object, schema, true), schema) as KubeObject)),
    fill: (object) => fill(tidy(object)),
  };
}
