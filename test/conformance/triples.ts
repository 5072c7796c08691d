import type { RecordedRequest } from '../kube-api/recorder.ts';
import { parseTarget } from '../kube-api/request.ts';

/** How a request is written or read, where that makes a difference to the server. */
function formOf({ method, contentType, accept }: RecordedRequest): string {
  if (method === 'PATCH') return contentType.split(';')[0] ?? '';
  if (method === 'GET' && accept.includes('as=PartialObjectMetadata')) return 'metadata';
  if (method === 'GET') return accept.includes('as=Table') ? 'table' : 'object';
  return contentType.includes('protobuf') ? 'protobuf' : 'object';
}

/** Paths beside resources; discovery of a group is one thing, whatever the group. */
function pathOf(path: string): string {
  return path.replace(/^\/apis\/.+/, '/apis/*').replace(/^\/api\/.+/, '/api/*');
}

/**
 * Verb, kind and patch type of a request: `patch secrets application/apply-patch+yaml`. Undefined for what is no part
 * of the API: requests that the server refused for their path or for who sent them.
 */
function tripleOf(request: RecordedRequest): string | undefined {
  if (request.code === 404 && request.body === '' && request.method !== 'GET') return undefined;
  const target = parseTarget(request.method, request.path, new URLSearchParams(request.query));
  if (target === undefined) return `${request.method.toLowerCase()} ${pathOf(request.path)}`;
  const { verb, plural, group, subresource } = target;
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  return `${verb} ${group === '' ? resource : `${resource}.${group}`} ${formOf(request)}`;
}

/** All triples of a recording, sorted. */
export function triplesOf(requests: readonly RecordedRequest[]): readonly string[] {
  const triples = requests.map(tripleOf).filter((triple) => triple !== undefined);
  return [...new Set(triples)].sort();
}
