import { canonical, isObject, type Json, type JsonObject } from '../json.ts';

/** One step of a path: `f:name`, `k:{"key":"value"}` or `v:"value"`, as FieldsV1 writes it. */
export type PathElement = string;

/** A set of field paths as a tree: whether this path is a member, and the paths below it. */
export class FieldSet {
  member = false;
  readonly children = new Map<PathElement, FieldSet>();

  /** The node of a path, made where it is missing. */
  node(path: readonly PathElement[]): FieldSet {
    let current: FieldSet = this;
    for (const element of path) {
      let next = current.children.get(element);
      if (next === undefined) {
        next = new FieldSet();
        current.children.set(element, next);
      }
      current = next;
    }
    return current;
  }

  insert(path: readonly PathElement[]): void {
    this.node(path).member = true;
  }

  get isEmpty(): boolean {
    return !this.member && [...this.children.values()].every((child) => child.isEmpty);
  }

  union(other: FieldSet): FieldSet {
    return combine(this, other, (left, right) => left || right);
  }

  intersection(other: FieldSet): FieldSet {
    return combine(this, other, (left, right) => left && right);
  }

  difference(other: FieldSet): FieldSet {
    return combine(this, other, (left, right) => left && !right);
  }

  equals(other: FieldSet): boolean {
    return this.difference(other).isEmpty && other.difference(this).isEmpty;
  }

  /** Every member path, parents first, in the order of FieldsV1. */
  paths(prefix: PathElement[] = []): PathElement[][] {
    const below = sortedChildren(this).flatMap(([element, child]) => child.paths([...prefix, element]));
    return this.member ? [prefix, ...below] : below;
  }
}

function combine(left: FieldSet, right: FieldSet, rule: (left: boolean, right: boolean) => boolean): FieldSet {
  const result = new FieldSet();
  result.member = rule(left.member, right.member);
  for (const element of new Set([...left.children.keys(), ...right.children.keys()])) {
    const child = combine(left.children.get(element) ?? none, right.children.get(element) ?? none, rule);
    if (!child.isEmpty) result.children.set(element, child);
  }
  return result;
}

const none = new FieldSet();

function sortedChildren(set: FieldSet): [PathElement, FieldSet][] {
  return [...set.children.entries()].sort(([left], [right]) => (left < right ? -1 : 1));
}

/** FieldsV1 of a set. */
export function toFieldsV1(set: FieldSet): JsonObject {
  const fields: JsonObject = {};
  if (set.member && set.children.size > 0) fields['.'] = {};
  for (const [element, child] of sortedChildren(set)) if (!child.isEmpty) fields[element] = toFieldsV1(child);
  return fields;
}

/** The set of a FieldsV1. */
export function fromFieldsV1(fields: JsonObject): FieldSet {
  return read(fields, false);
}

function read(fields: JsonObject, leafIsMember: boolean): FieldSet {
  const set = new FieldSet();
  const keys = Object.keys(fields);
  set.member = '.' in fields || (leafIsMember && keys.length === 0);
  for (const key of keys) {
    const child = fields[key];
    if (key !== '.' && isObject(child)) set.children.set(key, read(child, true));
  }
  return set;
}

export function field(name: string): PathElement {
  return `f:${name}`;
}

/** The element of an item in an associative list: by its keys, or by its value where there are none. */
export function itemElement(item: Json, keys: readonly string[], defaults: JsonObject = {}): PathElement {
  if (keys.length === 0) return `v:${canonical(item)}`;
  const values: JsonObject = {};
  for (const key of keys) values[key] = (isObject(item) ? item[key] : undefined) ?? defaults[key] ?? null;
  return `k:${canonical(values)}`;
}

/** `.spec.containers[name="a"].image`: a path as conflict messages show it. */
export function displayPath(path: readonly PathElement[]): string {
  return path.map(displayElement).join('');
}

function displayElement(element: PathElement): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as JsonObject);
  return `[${keys.map(([key, value]) => `${key}=${canonical(value ?? null)}`).join(',')}]`;
}
