import { at, type Json, type JsonObject } from '../json.ts';
import type { KubeObject } from '../object.ts';
import type { Column } from './resource.ts';

const nameDescription =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: http://kubernetes.io/docs/user-guide/identifiers#names';
const ageDescription =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata';

/** How long ago a time is, as kubectl's columns write it: 5s, 3m12s, 5h3m, 2d. */
export function age(time: string | null | undefined, now: Date): string {
  if (!time) return '<unknown>';
  const seconds = Math.floor((now.getTime() - Date.parse(time)) / 1000);
  if (seconds < -1) return '<invalid>';
  return duration(Math.max(0, seconds));
}

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  if (days < 8) return pair(days, 'd', hours % 24, 'h');
  if (days < 365 * 2) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? pair(years, 'y', days % 365, 'd') : `${years}y`;
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}

export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: nameDescription,
  value: (object) => object.metadata.name,
};

export const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  description: ageDescription,
  value: (object, now) => age(object.metadata.creationTimestamp, now),
};

/** The creation time itself, where a kind shows no age. */
export const createdAtColumn: Column = {
  name: 'Created At',
  type: 'date',
  description: ageDescription,
  value: (object) => object.metadata.creationTimestamp ?? '<unknown>',
};

/** The Age column of custom resources, which is of type date. */
export const customAgeColumn: Column = { ...ageColumn, type: 'date' };

/** A column that computes its cell. */
export function column(
  name: string,
  value: (object: KubeObject, now: Date) => Json | undefined,
  type = 'string',
  priority = 0,
): Column {
  return {
    name,
    type,
    priority,
    value: (object, now) => {
      const cell = value(object, now);
      return typeof cell === 'object' || cell === undefined ? '<none>' : cell;
    },
  };
}

/** A column that shows a member of the object. */
export function memberColumn(name: string, ...path: string[]): Column {
  return column(name, (object) => at(object, ...path));
}

/** A column that counts members or items. */
export function countColumn(name: string, ...path: string[]): Column {
  const count = (value: Json | undefined) => (value ? Object.keys(value).length : 0);
  return column(name, (object) => count(at(object, ...path)), 'string');
}

/** Labels as a cell shows them. */
export function labelsText(labels: JsonObject): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.join(',') || '<none>';
}
