import type { Schema } from './conform.ts';

export const text: Schema = { type: 'string' };
export const time: Schema = { type: 'string', description: 'RFC 3339, UTC, whole seconds' };
export const number: Schema = { type: 'number' };
export const count: Schema = { type: 'integer' };
export const flag: Schema = { type: 'boolean' };

/** The fields of an object by their names. */
export type Fields = Readonly<Record<string, Schema>>;

export function object(required: Fields, optional: Fields = {}): Schema {
  return { type: 'object', properties: { ...required, ...optional }, required: Object.keys(required) };
}

export function list(items: Schema): Schema {
  return { type: 'array', items };
}
