import { equal, type Json } from '../json.ts';
import { anything, memberSchema, type Schema } from '../schema/schema.ts';
import { FieldSet, type PathElement } from './field-set.ts';
import { isVoid, type Part, partsOf, shapeOf } from './shape.ts';

/** What differs between two values, as sets of paths. */
export type Comparison = { added: FieldSet; modified: FieldSet; removed: FieldSet };

/** Compares two values of one schema; lists and maps count by their schema's merge rules. */
export function compare(left: Json, right: Json, schema: Schema): Comparison {
  const result = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() };
  compareAt(left, right, schema, [], result);
  return result;
}

type Path = PathElement[];

function compareAt(left: Json | undefined, right: Json | undefined, schema: Schema, path: Path, out: Comparison): void {
  if (left === undefined) insertAll(right, schema, path, out.added);
  else if (right === undefined) insertAll(left, schema, path, out.removed);
  else compareValues(left, right, schema, path, out);
}

function compareValues(left: Json, right: Json, schema: Schema, path: Path, out: Comparison): void {
  const shape = shapeOf(schema, left, right);
  if (shape === 'leaf' || shape !== shapeOf(schema, right, left) || (isVoid(left) && isVoid(right))) {
    if (!equal(left, right)) out.modified.insert(path);
    return;
  }
  const before = index(partsOf(left, schema, shape));
  const after = index(partsOf(right, schema, shape));
  for (const [element, part] of before) {
    compareAt(part.value, after.get(element)?.value, part.schema, [...path, element], out);
  }
  for (const [element, part] of after) {
    if (!before.has(element)) compareAt(undefined, part.value, part.schema, [...path, element], out);
  }
}

function insertAll(value: Json | undefined, schema: Schema, path: Path, set: FieldSet): void {
  if (value === undefined) return;
  set.insert(path);
  for (const part of partsOf(value, schema, shapeOf(schema, value))) {
    insertAll(part.value, part.schema, [...path, part.element], set);
  }
}

function index(parts: Part[]): Map<PathElement, Part> {
  return new Map(parts.map((part) => [part.element, part]));
}

/** The paths that applying this value claims: its leaves, its list items and the keys of its free maps. */
export function toFieldSet(value: Json, schema: Schema): FieldSet {
  const set = new FieldSet();
  claim(value, schema, [], set);
  return set;
}

function claim(value: Json, schema: Schema, path: Path, set: FieldSet): void {
  const shape = shapeOf(schema, value);
  if (shape === 'leaf') set.insert(path);
  for (const part of partsOf(value, schema, shape)) {
    const below = [...path, part.element];
    claim(part.value, part.schema, below, set);
    if (!part.isNamedField || part.value === null) set.insert(below);
  }
}

/**
 * The set with every member that has no paths below it, but stands for a granular value, extended to all of that
 * value: whoever owned it as a leaf (as null, or before the schema told its parts apart) owns its parts.
 */
export function expandLeaves(set: FieldSet, value: Json, schema: Schema): FieldSet {
  const result = new FieldSet();
  result.member = set.member;
  if (set.member && set.children.size === 0) {
    insertAll(value, schema, [], result);
    return result;
  }
  const parts = index(partsOf(value, schema, shapeOf(schema, value)));
  for (const [element, child] of set.children) {
    const part = parts.get(element);
    result.children.set(element, part === undefined ? child : expandLeaves(child, part.value, part.schema));
  }
  return result;
}

/**
 * The set with every member that the schema names and that has owned paths below it: an Update claims such a parent
 * with its parts, an Apply only the parts, and both mean the same.
 */
export function withNamedParents(set: FieldSet, schema: Schema): FieldSet {
  const result = new FieldSet();
  result.member = set.member;
  for (const [element, child] of set.children) {
    const name = element.startsWith('f:') ? element.slice(2) : undefined;
    const below = name === undefined ? schema.items : memberSchema(schema, name);
    const extended = withNamedParents(child, below ?? anything);
    if (name !== undefined && schema.properties?.[name] !== undefined && !child.isEmpty) extended.member = true;
    result.children.set(element, extended);
  }
  return result;
}

/** Lays one value over another: maps and associative lists merge, all else is the right one's. */
export function merge(left: Json | undefined, right: Json | undefined, schema: Schema): Json | undefined {
  if (left === undefined || right === undefined) return right ?? left;
  const shape = shapeOf(schema, left, right);
  if (shape === 'leaf' || shape !== shapeOf(schema, right, left) || (isVoid(left) && isVoid(right))) return right;
  const over = index(partsOf(right, schema, shape));
  const under = index(partsOf(left, schema, shape));
  const merged: [PathElement, Json][] = [];
  for (const [element, part] of under) {
    merged.push([element, merge(part.value, over.get(element)?.value, part.schema) ?? null]);
  }
  for (const [element, part] of over) if (!under.has(element)) merged.push([element, part.value]);
  if (shape === 'list') return merged.map(([, value]) => value);
  return Object.fromEntries(merged.map(([element, value]) => [element.slice(2), value]));
}

/** The value without the paths of the set; what is emptied by that becomes null, as with the genuine server. */
export function removeItems(value: Json, set: FieldSet, schema: Schema): Json {
  const shape = shapeOf(schema, value);
  if (shape === 'leaf') return value;
  const kept: [PathElement, Json][] = [];
  for (const part of partsOf(value, schema, shape)) {
    const below = set.children.get(part.element);
    if (below?.member) continue;
    kept.push([part.element, below && !below.isEmpty ? removeItems(part.value, below, part.schema) : part.value]);
  }
  if (kept.length === 0) return null;
  if (shape === 'list') return kept.map(([, item]) => item);
  return Object.fromEntries(kept.map(([element, item]) => [element.slice(2), item]));
}
