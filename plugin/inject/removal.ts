import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '#common/json.ts';
import { INJECTED_ANNOTATION, type InjectionRecord } from './annotation.ts';
import { CONTAINER_NAME, nameOf, recordsAt, type Template, valueAt } from './template.ts';
import { CREDENTIALS_VOLUME, VOLUME_NAMES } from './volumes.ts';

/** What goes from a template at an eject. */
export interface Removal {
  /** Entries and items, each by its path below the template. */
  readonly drops: readonly (readonly string[])[];
  /** Mappings and lists that go, too, when nothing is left in them. */
  readonly made: readonly (readonly string[])[];
}

/** What inject added to a template, as far as it is still there and still what it was. */
export function planRemoval(template: Template, record: InjectionRecord): Removal {
  const lists = ['initContainers', 'containers'];
  const others = lists.flatMap((list) =>
    recordsAt(template, ['spec', list]).map((one) => ['spec', list, nameOf(one), 'volumeMounts', CREDENTIALS_VOLUME]),
  );
  const sets = Object.entries(record.sets).map(([field, value]) => ({ path: field.split('/'), value }));
  return {
    drops: [
      ['metadata', 'annotations', INJECTED_ANNOTATION],
      ...sets.filter(({ path, value }) => isDeepStrictEqual(valueAt(template, path), value)).map(({ path }) => path),
      ...lists.map((list) => ['spec', list, CONTAINER_NAME]),
      ...others.filter(([, , name]) => name !== CONTAINER_NAME),
      ...VOLUME_NAMES.map((name) => ['spec', 'volumes', name]),
    ].filter((path) => valueAt(template, path) !== undefined),
    made: record.made.map((path) => path.split('/')),
  };
}

/** A template without what is to go. */
export function remove(template: Template, { drops, made }: Removal): Template {
  const dropped = new Set(drops.map(toKey));
  const empties = new Set(made.map(toKey));
  const prune = (value: unknown, path: readonly string[]): unknown => {
    if (dropped.has(toKey(path))) return undefined;
    if (!Array.isArray(value) && !isRecord(value)) return value;
    const pruned = Array.isArray(value)
      ? value.map((item: unknown) => prune(item, [...path, nameOf(item)])).filter((item) => item !== undefined)
      : prunedRecord(value, path);
    const isLeftEmpty = Object.keys(pruned).length === 0 && Object.keys(value).length > 0;
    return isLeftEmpty && empties.has(toKey(path)) ? undefined : pruned;
  };
  const prunedRecord = (value: object, path: readonly string[]) => {
    const entries = Object.entries(value).map(([key, below]) => [key, prune(below, [...path, key])] as const);
    return Object.fromEntries(entries.filter(([, below]) => below !== undefined));
  };
  return prunedRecord(template, []);
}

/** Keys may hold a slash. */
export function toKey(path: readonly string[]): string {
  return path.join('\u0000');
}
