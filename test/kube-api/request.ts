import type { IncomingHttpHeaders } from 'node:http';
import type { Identity } from './identity/identity.ts';
import type { JsonObject } from './json.ts';

/** What a request wants, by the conventions of Kubernetes' URLs. */
export type Target = {
  verb: string;
  group: string;
  version: string;
  plural: string;
  namespace: string | undefined;
  name: string | undefined;
  subresource: string | undefined;
  /** Behind `proxy`: the path there, without a slash before it. */
  rest?: string;
};

/** A request as the verbs see it. */
export type ApiRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  user: Identity;
  /** Undefined for paths that are no resources, such as /version. */
  target: Target | undefined;
  /** Set by a fault: reads answer the state of that revision. */
  revision?: number;
  /** Set by a fault: the merge patch of an admission webhook. */
  mutation?: JsonObject;
};

/** Reads a path as a resource's; undefined for everything else. */
export function parseTarget(method: string, path: string, query: URLSearchParams): Target | undefined {
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  const isCore = parts[0] === 'api';
  const prefix = isCore ? 2 : 3;
  if (!(isCore || parts[0] === 'apis') || parts.length <= prefix) return;
  const group = isCore ? '' : (parts[1] ?? '');
  const version = parts[prefix - 1] ?? '';
  const rest = parts.slice(prefix);
  const isScoped = rest[0] === 'namespaces' && rest.length > 2 && !isNamespaceSubresource(rest);
  const namespace = isScoped || rest[0] === 'namespaces' ? rest[1] : undefined;
  const [plural = '', name, ...subresource] = isScoped ? rest.slice(2) : rest;
  return {
    verb: verbOf(method, name, query),
    group,
    version,
    plural,
    namespace,
    name,
    ...subresourceOf(subresource),
  };
}

/** `proxy` has a path of somebody else's behind it; what stands behind any other one is a part of it. */
function subresourceOf(parts: string[]): Pick<Target, 'subresource' | 'rest'> {
  const [first, ...rest] = parts;
  if (first === 'proxy') return { subresource: first, rest: rest.join('/') };
  return { subresource: first === undefined ? undefined : parts.join('/') };
}

/** What a request is authorized for: a list or watch that selects one name by a field is one of that name. */
export function authorizedTarget(target: Target, query: URLSearchParams): Target {
  if (target.verb !== 'list' && target.verb !== 'watch') return target;
  const name = /(?:^|,)metadata\.name==?([^,=!]+)(?:,|$)/.exec(query.get('fieldSelector') ?? '')?.[1];
  return name === undefined ? target : { ...target, name };
}

function isNamespaceSubresource(rest: string[]): boolean {
  return rest.length === 3 && (rest[2] === 'status' || rest[2] === 'finalize');
}

function verbOf(method: string, name: string | undefined, query: URLSearchParams): string {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === undefined ? 'deletecollection' : 'delete';
    default:
      if (name !== undefined) return 'get';
      return isTrue(query.get('watch')) ? 'watch' : 'list';
  }
}

export function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1' || value === '';
}
