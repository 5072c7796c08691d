import type { Cluster } from '../cluster.ts';
import type { JsonObject } from '../json.ts';
import { groupVersion, type Resource } from '../kinds/resource.ts';
import type { KubeObject } from '../object.ts';
import type { ApiRequest } from '../request.ts';
import { fieldSelector, labelSelector, type Selector } from '../selectors.ts';
import { ApiError, badRequest, expired, notFound } from '../status.ts';
import { subjectOf } from './options.ts';
import { findLive } from './update.ts';

/** GET of one object. */
export function get(cluster: Cluster, request: ApiRequest, resource: Resource): KubeObject {
  requireReachable(cluster, request.query.get('resourceVersion'));
  const live =
    request.revision === undefined ? findLive(cluster, request, resource) : findPast(cluster, request, resource);
  if (live === undefined) throw notFound(subjectOf(resource, request.target?.name));
  return live;
}

/** The object as it was at the revision of a stale read. */
function findPast(cluster: Cluster, request: ApiRequest, resource: Resource): KubeObject | undefined {
  const scope = resource.namespaced ? request.target?.namespace : undefined;
  const past = cluster.storage.list(resource.storedAs, scope, request.revision);
  return past.find(({ metadata }) => metadata.name === request.target?.name);
}

/** The list as it is answered, with what Tables need of it. */
export type Listed = { items: KubeObject[]; metadata: JsonObject };

/** GET of a collection: one consistent state, in pages where limit asks for them. */
export function list(cluster: Cluster, request: ApiRequest, resource: Resource): Listed {
  const { query, target } = request;
  const { storage } = cluster;
  requireMatchIsValid(query);
  requireReachable(cluster, query.get('resourceVersion'));
  const start = startOf(query, request.revision ?? storage.revision);
  if (start.revision < storage.floor) throw expiredPage();
  const isSelected = selectorOf(request, resource);
  const all = storage.list(resource.storedAs, target?.namespace, start.revision);
  const rest = all.filter((object) => isSelected(object) && keyOf(object) > start.after);
  const limit = Number(query.get('limit') ?? 0) || rest.length;
  const page = rest
    .slice(0, limit)
    .map((object) => ({ ...object, apiVersion: groupVersion(resource), kind: resource.kind }));
  const metadata: JsonObject = { resourceVersion: String(start.revision) };
  const last = page.at(-1);
  if (rest.length > page.length && last !== undefined) {
    metadata['continue'] = token(start.revision, keyOf(last));
    const isWhole = !(query.get('labelSelector') || query.get('fieldSelector'));
    if (isWhole) metadata['remainingItemCount'] = rest.length - page.length;
  }
  return { items: page, metadata };
}

/** The list object of a page. */
export function listObject(resource: Resource, { items, metadata }: Listed): JsonObject {
  const shown = resource.isCustom ? { continue: '', ...metadata } : metadata;
  return {
    kind: resource.listKind,
    apiVersion: groupVersion(resource),
    metadata: shown,
    items: bareItems(resource, items),
  };
}

/** Items as a list holds them: those of built-in kinds say neither kind nor version. */
export function bareItems(resource: Resource, items: KubeObject[]): JsonObject[] {
  return resource.isCustom ? items : items.map(({ kind: _, apiVersion: __, ...rest }) => rest);
}

/** The request's label and field selectors as one. */
export function selectorOf(request: ApiRequest, resource: Resource): Selector {
  const labels = labelSelector(request.query.get('labelSelector') ?? '');
  const fields = fieldSelector(request.query.get('fieldSelector') ?? '', resource.storedAs);
  return (object) => labels(object) && fields(object);
}

function keyOf({ metadata: { namespace, name } }: KubeObject): string {
  return namespace ? `${namespace}/${name}` : name;
}

function requireReachable({ storage }: Cluster, given: string | null): void {
  if (!given) return;
  const wanted = Number(given);
  requireVersion(given);
  if (wanted <= storage.revision) return;
  throw new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${storage.revision}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version', field: '' }].map(
      ({ field: _, ...cause }) => cause,
    ),
    retryAfterSeconds: 1,
  });
}

/** Refuses a resourceVersion that is no number. */
export function requireVersion(given: string): void {
  if (/^\d*$/.test(given)) return;
  const why = `strconv.ParseUint: parsing "${given}": invalid syntax`;
  throw new ApiError(500, '', `resourceVersion: Invalid value: "${given}": ${why}`);
}

function requireMatchIsValid(query: URLSearchParams): void {
  const match = query.get('resourceVersionMatch');
  if (match === null) return;
  const causes: string[] = [];
  if (query.get('watch')) causes.push('resourceVersionMatch is forbidden for watch');
  if (!query.get('resourceVersion'))
    causes.push('resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (causes.length === 0) return;
  const shown = causes.map((why) => ({
    reason: 'FieldValueForbidden',
    message: `Forbidden: ${why}`,
    field: 'resourceVersionMatch',
  }));
  const lines = shown.map((cause) => `${cause.field}: ${cause.message}`);
  const text = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  throw new ApiError(422, 'Invalid', `ListOptions.meta.k8s.io "" is invalid: ${text}`, {
    group: 'meta.k8s.io',
    kind: 'ListOptions',
    causes: shown,
  });
}

/** Refuses options of lists that a watch may not have. */
export function requireWatchable(query: URLSearchParams): void {
  requireMatchIsValid(query);
}

type Start = { revision: number; after: string };

function startOf(query: URLSearchParams, current: number): Start {
  const given = query.get('continue');
  if (given) return readToken(given);
  const isExact = query.get('resourceVersionMatch') === 'Exact';
  return { revision: isExact ? Number(query.get('resourceVersion')) : current, after: '' };
}

function token(revision: number, after: string): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: after })).toString('base64url');
}

function readToken(text: string): Start {
  try {
    const { rv, start } = JSON.parse(Buffer.from(text, 'base64url').toString()) as { rv: number; start: string };
    return { revision: Number(rv), after: String(start) };
  } catch (error) {
    throw badRequest(`invalid continue token: continue key is not valid: ${error}`, error);
  }
}

function expiredPage(): ApiError {
  return expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
}
