import { isObject, type Json, type JsonObject } from '../json.ts';
import { anything, memberSchema, type Schema } from '../schema/schema.ts';
import { field, itemElement, type PathElement } from './field-set.ts';

/** How server-side apply treats a value: one leaf, a granular map, or an associative list. */
export type Shape = 'leaf' | 'map' | 'list';

/** The shape that the schema gives, or, where it says nothing, the one deduced from the value (lists are atomic). */
export function shapeOf(schema: Schema, ...values: (Json | undefined)[]): Shape {
  if (schema['x-kubernetes-map-type'] === 'atomic') return 'leaf';
  const value = values.find((candidate) => candidate !== undefined && candidate !== null);
  if (Array.isArray(value)) {
    const kind = schema['x-kubernetes-list-type'];
    return kind === 'set' || kind === 'map' ? 'list' : 'leaf';
  }
  return isObject(value) && !schema['x-kubernetes-int-or-string'] ? 'map' : 'leaf';
}

/** A part of a value: how to address it, and its schema. */
export type Part = { element: PathElement; value: Json; schema: Schema; isNamedField: boolean };

/** The members of a granular map or the items of an associative list; nothing for leaves. */
export function partsOf(value: Json | undefined, schema: Schema, shape: Shape): Part[] {
  if (shape === 'map' && isObject(value)) return members(value, schema);
  if (shape !== 'list' || !Array.isArray(value)) return [];
  const items = schema.items ?? anything;
  const keys = schema['x-kubernetes-list-type'] === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : [];
  const defaults = Object.fromEntries(keys.map((key) => [key, items.properties?.[key]?.default]));
  return value.map((item) => ({
    element: itemElement(item, keys, defaults),
    value: item,
    schema: items,
    isNamedField: false,
  }));
}

function members(value: JsonObject, schema: Schema): Part[] {
  return Object.entries(value)
    .filter((entry): entry is [string, Json] => entry[1] !== undefined)
    .map(([name, member]) => ({
      element: field(name),
      value: member,
      schema: memberSchema(schema, name) ?? anything,
      isNamedField: schema.properties?.[name] !== undefined,
    }));
}

/** Whether the value is null, an empty list or an empty map: such a value is a leaf of its own. */
export function isVoid(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}
