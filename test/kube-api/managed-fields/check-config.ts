import { isObject, type Json } from '../json.ts';
import { memberSchema, type Schema } from '../schema/schema.ts';
import { ApiError } from '../status.ts';

/** Refuses an applied configuration with fields or types that the schema does not have. */
export function checkConfig(config: Json, schema: Schema): void {
  const errors = problems(config, schema, '');
  if (errors.length === 0) return;
  const text = errors.length === 1 ? errors[0] : `errors:\n${errors.map((error) => `  ${error}`).join('\n')}`;
  throw new ApiError(500, '', `failed to create typed patch object: ${text}`);
}

function problems(value: Json, schema: Schema, path: string): string[] {
  if (value === null || schema['x-kubernetes-int-or-string']) return [];
  switch (schema.type) {
    case 'object':
      return isObject(value) ? memberProblems(value, schema, path) : [`${path}: expected map, got ${shown(value)}`];
    case 'array':
      if (!Array.isArray(value)) return [`${path}: expected list, got ${shown(value)}`];
      return value.flatMap((item) => problems(item, schema.items ?? {}, `${path}[]`));
    case 'string':
      return typeof value === 'string' ? [] : [`${path}: expected string, got ${shown(value)}`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${path}: expected boolean, got ${shown(value)}`];
    case 'integer':
    case 'number':
      return typeof value === 'number' ? [] : [`${path}: expected numeric (int or float), got ${shown(value)}`];
    default:
      return isObject(value) ? memberProblems(value, schema, path) : [];
  }
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
