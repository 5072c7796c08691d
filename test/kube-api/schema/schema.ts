import type { Json, JsonObject } from '../json.ts';

/** The part of OpenAPI v3 that structural schemas of CRDs use; built-in kinds are described in it as well. */
export type Schema = {
  type?: string;
  format?: string;
  nullable?: boolean;
  default?: Json;
  enum?: Json[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  required?: string[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minProperties?: number;
  maxProperties?: number;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  not?: Schema;
  description?: string;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: 'atomic' | 'granular';
};

export const string: Schema = { type: 'string' };
/** A Time or MicroTime; null is unset. */
export const time: Schema = { type: 'string', format: 'date-time', nullable: true };
export const integer: Schema = { type: 'integer' };
export const boolean: Schema = { type: 'boolean' };
/** Anything: granular maps, atomic lists, as server-side apply deduces them. */
export const anything: Schema = { 'x-kubernetes-preserve-unknown-fields': true };

export function object(properties: Record<string, Schema>, required?: string[]): Schema {
  return { type: 'object', properties, ...(required ? { required } : {}) };
}

export function map(values: Schema): Schema {
  return { type: 'object', additionalProperties: values };
}

/** A list that is replaced as a whole. */
export function list(items: Schema): Schema {
  return { type: 'array', items, 'x-kubernetes-list-type': 'atomic' };
}

/** A list of scalars merged by value. */
export function set(items: Schema): Schema {
  return { type: 'array', items, 'x-kubernetes-list-type': 'set' };
}

/** A list of objects merged by the values of keys. */
export function listMap(items: Schema, ...keys: string[]): Schema {
  return { type: 'array', items, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys };
}

/** An object or map that is replaced as a whole. */
export function atomic(schema: Schema): Schema {
  return { ...schema, 'x-kubernetes-map-type': 'atomic' };
}

/** Below an object that keeps unknown fields: one leaf for field managers. */
const opaque: Schema = { ...anything, 'x-kubernetes-map-type': 'atomic' };

/** The schema of a member: by name, else of any further one; undefined when the schema knows no such member. */
export function memberSchema(schema: Schema, name: string): Schema | undefined {
  const named = schema.properties?.[name];
  if (named !== undefined) return named;
  if (typeof schema.additionalProperties === 'object') return schema.additionalProperties;
  if (schema.additionalProperties === true) return opaque;
  return schema['x-kubernetes-preserve-unknown-fields'] === true ? opaque : undefined;
}

/** A CRD's schema as JSON, taken as a Schema: the CRD's own validation has looked at it. */
export function asSchema(value: JsonObject): Schema {
  return value as Schema;
}
