import type { JsonObject } from '../json.ts';
import type { KubeObject } from '../object.ts';
import type { Schema } from '../schema/schema.ts';
import type { Cause } from '../status.ts';

/** A column of the Table output. `value` gives a cell; columns of priority above 0 show with -o wide only. */
export type Column = {
  name: string;
  type: string;
  format?: string;
  description?: string;
  priority?: number;
  value(object: KubeObject, now: Date): string | number | boolean | null;
};

/** One resource as one API version serves it, with all that makes its kind special. */
export type Resource = {
  group: string;
  version: string;
  kind: string;
  listKind: string;
  plural: string;
  singular: string;
  shortNames: string[];
  categories: string[];
  namespaced: boolean;
  /** Under which name its objects are stored: `group/plural`, the same for all its versions. */
  storedAs: string;
  /** The whole object, for pruning, defaults, strategic merge and managed fields. */
  schema: Schema;
  isCustom: boolean;
  /** Served for kubectl describe only: lists are empty, and nothing can be created. */
  isHollow?: boolean;
  /** The schema tells only some merge rules: what needs others (a second manager, a strategic merge) is 501. */
  mergesInPart: boolean;
  subresources: string[];
  createsOnUpdate: boolean;
  needsResourceVersion: boolean;
  /** Which changes count a generation: none, those of spec, or all beside metadata (and status, where it is apart). */
  generation: 'none' | 'spec' | 'all';
  /** What Go writes of an object with nothing set, beside apiVersion, kind and metadata. */
  empty: JsonObject;
  columns: Column[];
  /** Reads a decoded body as this kind: drops what it does not know, fills defaults. */
  read(object: KubeObject): KubeObject;
  /** Fills defaults after an apply. */
  fill(object: KubeObject): KubeObject;
  /** The kind's own changes to an object about to be stored; `live` is undefined for a create. */
  prepare(next: KubeObject, live: KubeObject | undefined): KubeObject;
  validate(next: KubeObject, live: KubeObject | undefined): Cause[];
};

/** "v1" or "apps/v1". */
export function groupVersion(resource: Pick<Resource, 'group' | 'version'>): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

export function hasStatus(resource: Resource): boolean {
  return resource.subresources.includes('status');
}
