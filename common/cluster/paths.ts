import { CompassError } from '../errors.ts';
import type { ObjectRef } from './cluster.ts';
import type { Kind } from './objects.ts';

/** One segment of a path. Names that would lead elsewhere (`..`, `a/b`) are refused, as the API server's own names rule does. */
function segment(name: string, what: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('%')) {
    throw new CompassError('ClusterRefused', `${what} ${JSON.stringify(name)} cannot be part of a path`);
  }
  return encodeURIComponent(name);
}

/** Where an API group and version is served: `/api/v1`, `/apis/apps/v1`. */
export function groupVersionPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** The collection of a kind: in one namespace, or everywhere when none is given. */
export function collectionPath(kind: Kind, namespace?: string): string {
  const base = groupVersionPath(kind.apiVersion);
  if (!kind.namespaced || namespace === undefined) return `${base}/${kind.plural}`;
  return `${base}/namespaces/${segment(namespace, 'namespace')}/${kind.plural}`;
}

/** One object, or its subresource. */
export function objectPath({ kind, name, namespace }: ObjectRef, subresource?: string): string {
  if (kind.namespaced && namespace === undefined) {
    throw new CompassError('ClusterRefused', `${kind.plural} "${name}" needs a namespace`);
  }
  const path = `${collectionPath(kind, namespace)}/${segment(name, 'name')}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** A query string with its `?`; entries that are undefined or false are left out. */
export function queryString(entries: Readonly<Record<string, string | number | boolean | undefined>>): string {
  let query = '';
  for (const [name, value] of Object.entries(entries)) {
    if (value === undefined || value === false || value === '') continue;
    query += `${query === '' ? '?' : '&'}${name}=${encodeURIComponent(value)}`;
  }
  return query;
}
