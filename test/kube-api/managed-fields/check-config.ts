import { isObject, type Json } from '../json.ts';
import { anything, memberSchema, type Schema } from '../schema/schema.ts';
import { ApiError } from '../status.ts';

/** Refuses an applied configuration with fields or types that the schema does not have. */
export function checkConfig(config: Json, schema: Schema): void {
  const errors = problems(config, schema, '');
  if (errors.length === 0) return;
  const text = errors.length === 1 ? errors[0] : `errors:\n${errors.map((error) => `  ${error}`).join('\n')}`;
  throw new ApiError(500, '', `failed to create typed patch object: ${text}`);
}

const expected: Record<string, string> = {
  object: 'map',
  array: 'list',
  string: 'string',
  boolean: 'boolean',
  integer: 'numeric (int or float)',
  number: 'numeric (int or float)',
};

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'list';
  if (isObject(value)) return 'map';
  return typeof value === 'number' ? 'numeric (int or float)' : typeof value;
}

function problems(value: Json, schema: Schema, path: string): string[] {
  if (value === null || schema['x-kubernetes-int-or-string']) return [];
  const wanted = expected[schema.type ?? ''];
  if (wanted !== undefined && wanted !== kindOf(value)) return [`${path}: expected ${wanted}, got ${shown(value)}`];
  if (isObject(value)) return memberProblems(value, schema, path);
  return Array.isArray(value) ? itemProblems(value, schema, path) : [];
}

function itemProblems(value: Json[], schema: Schema, path: string): string[] {
  const { items = anything } = schema;
  return [...keyProblems(value, schema, path), ...value.flatMap((item) => problems(item, items, `${path}[]`))];
}

function keyProblems(value: Json[], schema: Schema, path: string): string[] {
  if (schema['x-kubernetes-list-type'] !== 'map') return [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  return value.flatMap((item, i) =>
    keys
      .filter(
        (key) => isObject(item) && item[key] === undefined && schema.items?.properties?.[key]?.default === undefined,
      )
      .map(
        (key) =>
          `${path}: element ${i}: associative list with keys has an element that omits key field "${key}" (and doesn't have default value)`,
      ),
  );
}

function memberProblems(value: { [key: string]: Json | undefined }, schema: Schema, path: string): string[] {
  return Object.keys(value)
    .sort()
    .flatMap((name) => {
      const below = memberSchema(schema, name);
      if (below === undefined) return [`${path}.${name}: field not declared in schema`];
      return problems(value[name] ?? null, below, `${path}.${name}`);
    });
}

/** The way the genuine server's Go prints an untyped value. */
function shown(value: Json): string {
  return `&value.valueUnstructured{Value:${goSyntax(value)}}`;
}

function goSyntax(value: Json): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (isObject(value)) {
    const members = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${goSyntax(value[key] ?? null)}`);
    return `map[string]interface {}{${members.join(', ')}}`;
  }
  return JSON.stringify(value);
}
