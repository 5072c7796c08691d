import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '#common/json.ts';
import { PROXY_ADDRESSES, withoutCredentials } from '../output/without-credentials.ts';
import { VALUES_ANNOTATION } from './kept-values.ts';

/** One field that differs; undefined where it is not there. */
export interface FieldChange {
  /** As kubectl writes paths: `spec.template.spec.containers[sidecar].image`. */
  readonly path: string;
  /** Without the password of a proxy. */
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What the API server keeps by itself. */
const KEPT_BY_SERVER = ['resourceVersion', 'generation', 'managedFields', 'uid', 'creationTimestamp', 'selfLink'];

/** An object without what the server and this program write into it, so that two versions can be compared. */
export function comparable(object: object): object {
  const { metadata = {}, status: _status, ...rest } = object as Comparable;
  const { annotations = {}, ...others } = metadata;
  const kept = Object.entries(others).filter(([key]) => !KEPT_BY_SERVER.includes(key));
  // The values that it keeps say what the other fields say.
  const { [VALUES_ANNOTATION]: _values, ...ofPeople } = annotations;
  return { ...rest, metadata: { ...Object.fromEntries(kept), annotations: ofPeople } };
}

interface Comparable {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly status?: object;
}

/** The fields in which two versions of an object differ; those of lists by the items' names where these have them. */
export function changesBetween(before: unknown, after: unknown, path = ''): readonly FieldChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  const [was, is] = [entriesOf(before), entriesOf(after)];
  if (!was || !is) return [{ path, before: shown(before, path), after: shown(after, path) }];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((key) =>
    changesBetween(was.get(key), is.get(key), joined(path, key)),
  );
}

const PROXY_PATH = new RegExp(`env\\[(?:${PROXY_ADDRESSES.join('|')})\\](?:\\.value)?$`);

/** For people to see. */
function shown(value: unknown, path: string): unknown {
  const short = shortOf(value);
  return typeof short === 'string' && PROXY_PATH.test(path) ? withoutCredentials(short) : withoutPasswords(short);
}

/** Of a part that differs as a whole: the variables in it. */
function withoutPasswords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPasswords);
  if (!isRecord(value)) return value;
  const { name, value: said } = value;
  const isProxy = typeof name === 'string' && typeof said === 'string' && PROXY_ADDRESSES.includes(name);
  const entries = Object.entries(value).map(([key, part]) => [key, withoutPasswords(part)] as const);
  return { ...Object.fromEntries(entries), ...(isProxy ? { value: withoutCredentials(said) } : {}) };
}

/** A variable of an environment is what it is set to. */
function shortOf(value: unknown): unknown {
  if (!isRecord(value) || typeof value['name'] !== 'string') return value;
  return Object.keys(value).every((key) => key === 'name' || key === 'value') ? (value['value'] ?? '') : value;
}

/** The fields of a record, or the items of a list that all have names. */
function entriesOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (isRecord(value)) return new Map(Object.entries(value));
  if (!Array.isArray(value)) return undefined;
  const names = value.map((item: unknown) => (isRecord(item) && typeof item['name'] === 'string' ? item['name'] : ''));
  if (names.includes('') || new Set(names).size < names.length) return undefined;
  return new Map(value.map((item, i) => [`[${names[i]}]`, item]));
}

function joined(path: string, key: string): string {
  if (key.startsWith('[')) return `${path}${key}`;
  const word = /[./]/.test(key) ? `[${key}]` : key;
  return path === '' || word.startsWith('[') ? `${path}${word}` : `${path}.${word}`;
}

/**
 * An object with the fields of another laid over it, about as server-side apply does: items of lists by their names where
 * they have them, other lists as a whole.
 */
export function overlaid(base: unknown, over: unknown): unknown {
  if (isRecord(base) && isRecord(over)) {
    const merged = Object.entries(over).map(([key, value]) => [key, overlaid(base[key], value)]);
    return { ...base, ...Object.fromEntries(merged) };
  }
  if (!Array.isArray(base) || !Array.isArray(over)) return over;
  const [was, is] = [entriesOf(base), entriesOf(over)];
  if (!was || !is) return base.length === over.length ? over.map((item, i) => overlaid(base[i], item)) : over;
  const keys = [...new Set([...was.keys(), ...is.keys()])];
  return keys.map((key) => (is.has(key) ? overlaid(was.get(key), is.get(key)) : was.get(key)));
}
