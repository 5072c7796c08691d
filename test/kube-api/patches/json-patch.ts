import { clone, equal, isObject, type Json, type JsonObject } from '../json.ts';
import { ApiError, badRequest } from '../status.ts';

/** Applies a JSON Patch (RFC 6902). An operation that does not fit the document is a 422, an unreadable patch a 400. */
export function jsonPatch(document: Json, patch: Json): Json {
  if (!Array.isArray(patch))
    throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  return patch.reduce<Json>((current, operation) => applyOperation(current, operation), clone(document));
}

function misfit(): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

function applyOperation(document: Json, operation: Json): Json {
  if (!isObject(operation)) throw misfit();
  const path = pointer(operation['path']);
  switch (operation['op']) {
    case 'add':
      return add(document, path, value(operation));
    case 'remove':
      return remove(document, path);
    case 'replace':
      read(document, path);
      return path.length === 0 ? value(operation) : add(remove(document, path), path, value(operation));
    case 'move': {
      const from = pointer(operation['from']);
      const moved = read(document, from);
      return add(remove(document, from), path, moved);
    }
    case 'copy':
      return add(document, path, clone(read(document, pointer(operation['from']))));
    case 'test':
      return test(document, path, operation);
    default:
      throw misfit();
  }
}

function value(operation: JsonObject): Json {
  if (operation['value'] === undefined) throw misfit();
  return clone(operation['value']);
}

function pointer(text: Json | undefined): string[] {
  if (typeof text !== 'string' || (text !== '' && !text.startsWith('/'))) throw misfit();
  return text
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function test(document: Json, path: string[], operation: JsonObject): Json {
  const wanted = operation['value'] ?? null;
  let found: Json;
  try {
    found = read(document, path);
  } catch (error) {
    if (wanted === null) return document;
    throw error;
  }
  if (!equal(found, wanted)) throw misfit();
  return document;
}

function read(document: Json, path: string[]): Json {
  return path.reduce<Json>((current, key) => {
    const next = Array.isArray(current)
      ? current[position(key, current.length - 1)]
      : isObject(current)
        ? current[key]
        : undefined;
    if (next === undefined) throw misfit();
    return next;
  }, document);
}

function position(key: string, last: number): number {
  const index = /^(0|[1-9]\d*)$/.test(key) ? Number(key) : -1;
  if (index < 0 || index > last) throw misfit();
  return index;
}

function add(document: Json, path: string[], added: Json): Json {
  const key = path.at(-1);
  if (key === undefined) return added;
  const parent = read(document, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(key === '-' ? parent.length : position(key, parent.length), 0, added);
  else if (isObject(parent)) parent[key] = added;
  else throw misfit();
  return document;
}

function remove(document: Json, path: string[]): Json {
  const key = path.at(-1);
  if (key === undefined) throw misfit();
  const parent = read(document, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(position(key, parent.length - 1), 1);
  else if (isObject(parent) && parent[key] !== undefined) delete parent[key];
  else throw misfit();
  return document;
}
