import { dump, load } from 'js-yaml';

/** What a template computes with: as YAML and JSON know it. */
export type Value = string | number | boolean | null | undefined | readonly Value[] | { readonly [key: string]: Value };

type Fn = (...values: readonly Value[]) => Value;

export function isMap(value: Value): value is { readonly [key: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Go's own judgement of a value as a condition. */
export function isTruthy(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isMap(value) ? Object.keys(value).length > 0 : Boolean(value);
}

/** Without an exponent, where Go would write another one. */
const PLAIN_NUMBER = /^\d{1,6}(?:\.\d+)?$/;

/** A value where it is printed. Throws for what Go prints in a way that no manifest means. */
export function printed(value: Value): string {
  if (typeof value === 'string') return value;
  const isPlain = typeof value === 'boolean' || (typeof value === 'number' && PLAIN_NUMBER.test(String(value)));
  if (isPlain) return String(value);
  throw new Error(`${JSON.stringify(value)} cannot be printed`);
}

function text(value: Value): string {
  if (typeof value === 'string') return value;
  throw new Error(`${JSON.stringify(value)} is no text`);
}

function integer(value: Value): number {
  if (Number.isSafeInteger(value)) return Number(value);
  throw new Error(`${JSON.stringify(value)} is no whole number`);
}

function areEqual(one: Value, other: Value): boolean {
  if (typeof one === typeof other && typeof one !== 'object') return one === other;
  throw new Error(`${JSON.stringify(one)} and ${JSON.stringify(other)} cannot be compared`);
}

function format(pattern: string, values: readonly Value[]): string {
  const given = [...values];
  const result = pattern.replace(/%(.)/g, (verb) => {
    if (verb !== '%s' || given.length === 0) throw new Error(`${verb} of "${pattern}" is not understood`);
    return text(given.shift());
  });
  if (given.length > 0) throw new Error(`"${pattern}" takes fewer values`);
  return result;
}

function pairs(values: readonly Value[]): Value {
  if (values.length % 2 !== 0) throw new Error('dict takes keys and values');
  const entries = values.flatMap((key, i) => (i % 2 === 0 ? [[text(key), values[i + 1]] as const] : []));
  return Object.fromEntries(entries);
}

/** The functions of Go's text/template, sprig and Helm that the chart uses; `include` is the renderer's. */
export const FUNCTIONS: Readonly<Record<string, Fn>> = {
  and: (...values) => values.find((value) => !isTruthy(value)) ?? values.at(-1),
  or: (...values) => values.find(isTruthy) ?? values.at(-1),
  not: (value) => !isTruthy(value),
  eq: (one, other) => areEqual(one, other),
  ne: (one, other) => !areEqual(one, other),
  default: (fallback, value) => (isTruthy(value) ? value : fallback),
  dict: (...values) => pairs(values),
  fail: (message) => {
    throw new Error(text(message));
  },
  fromYaml: (value) => load(text(value)) as Value,
  hasKey: (map, key) => isMap(map) && Object.hasOwn(map, text(key)),
  int: (value) => integer(value),
  list: (...values) => values,
  nindent: (spaces, value) => `\n${text(value).replace(/^/gm, ' '.repeat(integer(spaces)))}`,
  printf: (pattern, ...values) => format(text(pattern), values),
  quote: (value) => JSON.stringify(printed(value)),
  toYaml: (value) => dump(value, { sortKeys: true }).trimEnd(),
};
