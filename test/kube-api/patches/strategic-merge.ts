import { asArray, canonical, equal, isObject, type Json, type JsonObject } from '../json.ts';
import { memberSchema, type Schema } from '../schema/schema.ts';
import { badRequest } from '../status.ts';
import { inElementOrder } from './element-order.ts';

const directive = '$patch';
const deleteFromPrimitiveList = '$deleteFromPrimitiveList/';
const setElementOrder = '$setElementOrder/';
const retainKeys = '$retainKeys';

/** Applies a strategic merge patch: maps merge, lists of the schema's `set` and `map` types merge by value or key. */
export function strategicMerge(document: JsonObject, patch: JsonObject, schema: Schema): JsonObject {
  const kind = patch[directive];
  if (kind === 'replace') return without(patch, directive);
  if (kind === 'delete') return {};
  if (kind !== undefined && kind !== 'merge') throw badRequest(`Unknown patch type found: ${canonical(kind)}`);
  const result: JsonObject = { ...document };
  for (const [key, value] of Object.entries(patch)) {
    if (value !== undefined && key !== directive) mergeMember(result, key, value, patch, schema);
  }
  return result;
}

function mergeMember(result: JsonObject, key: string, value: Json, patch: JsonObject, schema: Schema): void {
  if (key.startsWith(deleteFromPrimitiveList)) {
    const name = key.slice(deleteFromPrimitiveList.length);
    const gone = asArray(value);
    result[name] = asArray(result[name]).filter((item) => !gone.some((other) => equal(item, other)));
  } else if (key.startsWith(setElementOrder)) {
    reorder(result, key.slice(setElementOrder.length), asArray(value), schema, patch);
  } else if (key === retainKeys) {
    for (const name of Object.keys(result)) if (!asArray(value).includes(name)) delete result[name];
  } else if (value === null) {
    delete result[key];
  } else {
    result[key] = mergeValue(result[key], value, memberSchema(schema, key) ?? {});
  }
}

function mergeValue(current: Json | undefined, value: Json, schema: Schema): Json {
  if (isObject(value)) return strategicMerge(isObject(current) ? current : {}, value, schema);
  if (!Array.isArray(value)) return value;
  if (schema['x-kubernetes-list-type'] === 'map') return mergeByKey(asArray(current), value, schema);
  if (schema['x-kubernetes-list-type'] !== 'set') return value;
  const live = asArray(current);
  const added = value.filter((item) => !live.some((other) => equal(item, other)));
  return inElementOrder([...live, ...added], value, live, equal);
}

function mergeByKey(current: Json[], patch: Json[], schema: Schema): Json[] {
  const key = schema['x-kubernetes-list-map-keys']?.[0] ?? 'name';
  if (patch.some((item) => isObject(item) && item[directive] === 'replace' && item[key] === undefined)) {
    return patch.filter((item) => !(isObject(item) && item[directive] === 'replace'));
  }
  let result = [...current];
  for (const item of patch) {
    if (!isObject(item) || item[key] === undefined)
      throw badRequest(`map: ${canonical(item)} does not contain declared merge key: ${key}`);
    const index = result.findIndex((other) => isObject(other) && equal(other[key], item[key]));
    const found = result[index];
    if (item[directive] === 'delete') result = result.filter((other) => other !== found);
    else if (isObject(found)) result[index] = strategicMerge(found, item, schema.items ?? {});
    else result.push(without(item, directive));
  }
  return inElementOrder(result, patch, current, (left, right) => same(left, right, key));
}

function reorder(result: JsonObject, name: string, order: Json[], schema: Schema, patch: JsonObject): void {
  const below = memberSchema(schema, name) ?? {};
  const live = asArray(result[name]);
  const merged = patch[name] === undefined ? live : asArray(mergeValue(live, patch[name], below));
  delete patch[name];
  const key = below['x-kubernetes-list-map-keys']?.[0];
  result[name] = inElementOrder(merged, order, live, (left, right) => same(left, right, key));
}

function same(item: Json, wanted: Json, key: string | undefined): boolean {
  if (key === undefined) return equal(item, wanted);
  return isObject(item) && isObject(wanted) && equal(item[key], wanted[key]);
}

function without(value: JsonObject, key: string): JsonObject {
  const { [key]: _, ...rest } = value;
  return rest;
}
