import { isRecord, parseJson } from '../json.ts';

/** As much of JSON Schema (draft 2020-12) as this project's documents use. */
export interface Schema {
  /** Absent where any value will do, which is kept as it is. */
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

/**
 * The part of a JSON value that a schema describes: unknown properties, and values of another type, are left out; an
 * object that lacks what is required is left out whole. Undefined where nothing is left.
 */
export function conform(schema: Schema, value: unknown): unknown {
  switch (schema.type) {
    case 'object':
      return isRecord(value) ? conformObject(schema, value) : undefined;
    case 'array':
      return Array.isArray(value) ? conformArray(schema, value) : undefined;
    case 'integer':
      return Number.isSafeInteger(value) ? value : undefined;
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    case undefined:
      return value;
    default:
      return typeof value === schema.type ? value : undefined;
  }
}

/** The same of a JSON text; undefined where it is none, too. */
export function conformText(schema: Schema, text: string | undefined): unknown {
  return text === undefined ? undefined : conform(schema, parseJson(text));
}

function conformArray({ items }: Schema, values: readonly unknown[]): unknown[] {
  if (!items) return [];
  return values.map((value) => conform(items, value)).filter((value) => value !== undefined);
}

function conformObject(schema: Schema, value: Readonly<Record<string, unknown>>): object | undefined {
  const kept: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) {
    const described = Object.hasOwn(schema.properties ?? {}, key)
      ? schema.properties?.[key]
      : schema.additionalProperties;
    const conforming = described && conform(described, inner);
    if (conforming !== undefined) kept.push([key, conforming]);
  }
  const result = Object.fromEntries(kept);
  return (schema.required ?? []).every((key) => Object.hasOwn(result, key)) ? result : undefined;
}
