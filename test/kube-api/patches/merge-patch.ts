import { isObject, type Json, type JsonObject } from '../json.ts';

/** Applies a JSON Merge Patch (RFC 7386). */
export function mergePatch(document: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: JsonObject = isObject(document) ? { ...document } : {};
  for (const [key, member] of Object.entries(patch)) {
    if (member === null) delete result[key];
    else if (member !== undefined) result[key] = mergePatch(result[key], member);
  }
  return result;
}
