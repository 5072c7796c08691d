import { clone, isObject, type Json, type JsonObject } from '../json.ts';
import { metadataSchema } from './metadata.ts';
import { memberSchema, type Schema } from './schema.ts';

/** The value without members that the schema does not have ("pruning" of structural schemas). */
export function prune(value: Json, schema: Schema, isRoot = false): Json {
  if (Array.isArray(value)) return value.map((item) => (schema.items ? prune(item, schema.items) : item));
  if (!isObject(value)) return value;
  const kept: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    const below = isRoot || schema['x-kubernetes-embedded-resource'] ? envelope(name) : undefined;
    const found = below ?? memberSchema(schema, name);
    if (member !== undefined && found !== undefined) kept[name] = prune(member, found);
  }
  return kept;
}

/** What every object has, whatever its schema says. */
function envelope(name: string): Schema | undefined {
  if (name === 'apiVersion' || name === 'kind') return { type: 'string' };
  return name === 'metadata' ? metadataSchema : undefined;
}

/** The value without nulls where the schema does not allow them: a null then means "not set". */
export function dropNulls(value: Json, schema: Schema): Json {
  if (Array.isArray(value)) return value.map((item) => (schema.items ? dropNulls(item, schema.items) : item));
  if (!isObject(value)) return value;
  const kept: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const below = schema.properties?.[name] ?? memberSchema(schema, name);
    if (member === null && schema.properties?.[name] !== undefined && !below?.nullable) continue;
    kept[name] = below === undefined ? member : dropNulls(member, below);
  }
  return kept;
}

/** The value with the schema's defaults where members are missing. */
export function applyDefaults(value: Json, schema: Schema): Json {
  if (Array.isArray(value)) return value.map((item) => (schema.items ? applyDefaults(item, schema.items) : item));
  if (!isObject(value)) return value;
  const filled: JsonObject = { ...value };
  for (const [name, below] of Object.entries(schema.properties ?? {})) {
    if (filled[name] === undefined && below.default !== undefined) filled[name] = clone(below.default);
  }
  for (const [name, member] of Object.entries(filled)) {
    const below = memberSchema(schema, name);
    if (member !== undefined && below !== undefined) filled[name] = applyDefaults(member, below);
  }
  return filled;
}

/**
 * What a built-in kind's Go type makes of a value: unset members vanish where they are empty, and members that Go
 * always writes come back from `empty`.
 */
export function omitEmpty(value: JsonObject, schema: Schema, empty: JsonObject): JsonObject {
  const kept: JsonObject = clone(empty);
  for (const [name, member] of Object.entries(value)) {
    const below = schema.properties?.[name];
    if (member === undefined || member === null) continue;
    if (below !== undefined && empty[name] === undefined && isUnset(member)) continue;
    kept[name] = isObject(member) && below !== undefined ? inner(member, below, empty[name]) : member;
  }
  return kept;
}

function inner(member: JsonObject, schema: Schema, empty: Json | undefined): JsonObject {
  return schema.properties ? omitEmpty(member, schema, isObject(empty) ? empty : {}) : member;
}

function isUnset(value: Json): boolean {
  if (value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}
