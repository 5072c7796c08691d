import type { Json } from '../model.ts';

type Container = Json[] | { [key: string]: Json };

function unescapeSegment(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

function isContainer(value: Json | undefined): value is Container {
  return typeof value === 'object' && value !== null;
}

function keysFor(container: Container, segment: string): string[] {
  return segment === '*' ? Object.keys(container) : [segment];
}

function read(container: Container, key: string): Json | undefined {
  return Array.isArray(container) ? container[Number(key)] : container[key];
}

function replace(container: Container, key: string, value: Json | undefined): void {
  if (Array.isArray(container)) {
    if (value === undefined) container.splice(Number(key), 1);
    else container[Number(key)] = value;
  } else if (value === undefined) delete container[key];
  else container[key] = value;
}

function edit(container: Container, segments: string[], value: Json | undefined): void {
  const [head, ...rest] = segments;
  if (head === undefined) return;
  // From the back, so that removing one of a list leaves the places of those still to visit.
  for (const key of keysFor(container, head).reverse()) {
    const child = read(container, key);
    if (rest.length === 0) replace(container, key, value);
    else if (isContainer(child)) edit(child, rest, value);
  }
}

/** Sets what the JSON pointer (RFC 6901, `*` for every key or index) names, or drops it where `value` is undefined. Paths that lead nowhere change nothing. */
export function editJson(document: Json, pointer: string, value: Json | undefined): void {
  if (isContainer(document)) edit(document, pointer.split('/').slice(1).map(unescapeSegment), value);
}
