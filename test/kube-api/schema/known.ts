import { isObject, type Json } from '../json.ts';
import { memberSchema, type Schema } from './schema.ts';

/**
 * Whether the schema says how every list and object in the value merges. Of kinds that are described in part only,
 * what it does not name is known where it is a scalar: that is replaced, whatever the rules.
 */
export function hasKnownMergeRules(value: Json | undefined, schema: Schema): boolean {
  if (Array.isArray(value)) return isKnownList(value, schema);
  if (!isObject(value) || Object.keys(value).length === 0) return true;
  if (schema['x-kubernetes-map-type'] === 'atomic') return schema['x-kubernetes-preserve-unknown-fields'] !== true;
  return Object.entries(value).every(([name, member]) => {
    const below = memberSchema(schema, name);
    return below !== undefined && hasKnownMergeRules(member, below);
  });
}

function isKnownList(value: Json[], { items = {}, 'x-kubernetes-list-type': type }: Schema): boolean {
  if (type === undefined) return false;
  return type !== 'map' || value.every((item) => hasKnownMergeRules(item, items));
}
