import { duplicate, invalidValue, required, unsupported } from '../causes.ts';
import { canonical, equal, isObject, type Json, type JsonObject } from '../json.ts';
import type { Cause } from '../status.ts';
import { isOfFormat } from './formats.ts';
import { memberSchema, type Schema } from './schema.ts';

/** What of the value breaks the schema, in the words of the genuine server. `path` is empty at the root. */
export function validate(value: Json, schema: Schema, path = ''): Cause[] {
  const type = typeCause(value, schema, path);
  if (type !== undefined) return [type];
  if (value === null) return [];
  return [...ofKind(value, schema, path), ...enumCauses(value, schema, path), ...combinations(value, schema, path)];
}

function ofKind(value: Json, schema: Schema, path: string): Cause[] {
  if (typeof value === 'string') return stringCauses(value, schema, path);
  if (typeof value === 'number') return numberCauses(value, schema, path);
  if (Array.isArray(value)) return listCauses(value, schema, path);
  return isObject(value) ? objectCauses(value, schema, path) : [];
}

function nameOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function typeCause(value: Json, schema: Schema, path: string): Cause | undefined {
  const actual = nameOf(value);
  if (value === null && schema.nullable) return;
  if (schema['x-kubernetes-int-or-string']) {
    return actual === 'integer' || actual === 'string' ? undefined : mismatch(path, 'integer,string', actual);
  }
  if (schema.type === undefined || schema.type === actual) return;
  if (schema.type === 'number' && actual === 'integer') return;
  return mismatch(path, schema.type, actual);
}

function mismatch(path: string, wanted: string, actual: string): Cause {
  return invalidValue(path, actual, `${path} in body must be of type ${wanted}: ${JSON.stringify(actual)}`);
}

function stringCauses(value: string, schema: Schema, path: string): Cause[] {
  const { minLength, maxLength, pattern, format } = schema;
  const length = [...value].length;
  const causes: Cause[] = [];
  const say = (what: string) => causes.push(invalidValue(path, value, `${path} in body ${what}`));
  if (maxLength !== undefined && length > maxLength) say(`should be at most ${maxLength} chars long`);
  if (minLength !== undefined && length < minLength) say(`should be at least ${minLength} chars long`);
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) say(`should match '${pattern}'`);
  if (format !== undefined && !isOfFormat(value, format)) say(`must be of type ${format}: ${JSON.stringify(value)}`);
  return causes;
}

function numberCauses(value: number, schema: Schema, path: string): Cause[] {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const causes: Cause[] = [];
  const say = (what: string) => causes.push(invalidValue(path, value, `${path} in body should be ${what}`));
  if (value > maximum || (exclusiveMaximum && value === maximum)) {
    say(`less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
  }
  if (value < minimum || (exclusiveMinimum && value === minimum)) {
    say(`greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
  }
  if (multipleOf !== undefined && value % multipleOf !== 0) say(`a multiple of ${multipleOf}`);
  return causes;
}

function listCauses(value: Json[], schema: Schema, path: string): Cause[] {
  const causes: Cause[] = [];
  const say = (what: string) =>
    causes.push(invalidValue(path, value.length, `${path} in body should have ${what} items`));
  if (schema.maxItems !== undefined && value.length > schema.maxItems) say(`at most ${schema.maxItems}`);
  if (schema.minItems !== undefined && value.length < schema.minItems) say(`at least ${schema.minItems}`);
  const items = schema.items;
  if (items === undefined) return causes;
  // The genuine server of this age names the list, not the item.
  return [...causes, ...value.flatMap((item) => validate(item, items, path)), ...duplicates(value, schema, path)];
}

/** Items of sets and keyed lists that are there twice. */
function duplicates(value: Json[], schema: Schema, path: string): Cause[] {
  const kind = schema['x-kubernetes-list-type'];
  if (kind !== 'set' && kind !== 'map') return [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const seen = new Set<string>();
  return value.flatMap((item, i) => {
    const id =
      kind === 'set' || !isObject(item) ? item : Object.fromEntries(keys.map((key) => [key, item[key] ?? null]));
    const text = canonical(id);
    if (!seen.has(text)) {
      seen.add(text);
      return [];
    }
    return [duplicate(`${path}[${i}]`, isObject(id) ? `map[string]interface {}${text}` : text)];
  });
}

function objectCauses(value: JsonObject, schema: Schema, path: string): Cause[] {
  const causes: Cause[] = [];
  const count = Object.keys(value).length;
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  if (schema.maxProperties !== undefined && count > schema.maxProperties) {
    causes.push(invalidValue(path, count, `${path} in body should have at most ${schema.maxProperties} properties`));
  }
  if (schema.minProperties !== undefined && count < schema.minProperties) {
    causes.push(invalidValue(path, count, `${path} in body should have at least ${schema.minProperties} properties`));
  }
  for (const name of schema.required ?? []) if (value[name] === undefined) causes.push(required(below(name)));
  for (const [name, member] of Object.entries(value)) {
    const found = memberSchema(schema, name);
    if (member !== undefined && found !== undefined) causes.push(...validate(member, found, below(name)));
  }
  return causes;
}

function enumCauses(value: Json, schema: Schema, path: string): Cause[] {
  if (schema.enum === undefined || schema.enum.some((allowed) => equal(allowed, value))) return [];
  return [unsupported(path, value, schema.enum)];
}

function combinations(value: Json, schema: Schema, path: string): Cause[] {
  const passes = (part: Schema) => validate(value, part, path).length === 0;
  const causes = (schema.allOf ?? []).flatMap((part) => validate(value, part, path));
  const say = (what: string) => causes.push(invalidValue(path, value, `${path} in body ${what}`));
  if (schema.anyOf && !schema.anyOf.some(passes)) say('must validate at least one schema (anyOf)');
  if (schema.oneOf && schema.oneOf.filter(passes).length !== 1) say('must validate one and only one schema (oneOf)');
  if (schema.not && passes(schema.not)) say('must not validate the schema (not)');
  return causes;
}
