import { isDeepStrictEqual } from 'node:util';
import { isRecord, type JsonRecord } from '#common/json.ts';
import { nameOf, type Template } from '../template.ts';

/** A JSON merge patch (RFC 7386) that makes one value of another; lists are replaced as a whole. */
export function mergePatchBetween(before: JsonRecord, after: JsonRecord): JsonRecord {
  const gone = Object.keys(before).filter((key) => after[key] === undefined);
  const changed = Object.entries(after).filter(([key, value]) => !isDeepStrictEqual(before[key], value));
  return Object.fromEntries([
    ...gone.map((key) => [key, null]),
    ...changed.map(([key, value]) => {
      const was = before[key];
      return [key, isRecord(was) && isRecord(value) ? mergePatchBetween(was, value) : value];
    }),
  ]);
}

/** Whether two templates make the same Pods: the order of what has names, and what is empty, makes no difference. */
export function isSameTemplate(one: Template, other: Template): boolean {
  return isDeepStrictEqual(comparable(one), comparable(other));
}

function comparable(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(comparable);
    const isNamed = items.length > 0 && items.every((item) => nameOf(item) !== '');
    return isNamed ? items.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)) : items;
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, below]) => [key, comparable(below)] as const);
  return Object.fromEntries(entries.filter(([, below]) => !isEmpty(below)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** Whether a template has everything of another one; defaults that the API server adds may be there besides. */
export function covers(present: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    const items: readonly unknown[] = Array.isArray(present) ? present : [];
    // A name may come more than once: mounts have that of their volume.
    const counterparts = (item: unknown, i: number) =>
      nameOf(item) === '' ? [items[i]] : items.filter((one) => nameOf(one) === nameOf(item));
    const isCovered = (item: unknown, i: number) => counterparts(item, i).some((one) => covers(one, item));
    return items.length === wanted.length && wanted.every(isCovered);
  }
  if (!isRecord(wanted)) return isDeepStrictEqual(present, wanted);
  const record = isRecord(present) ? present : {};
  return Object.entries(wanted).every(([key, below]) => isEmpty(below) || covers(record[key], below));
}
