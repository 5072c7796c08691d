import { decodeBody, mediaType, parseYaml, readObject } from '../body.ts';
import { invalidValue, required } from '../causes.ts';
import type { Cluster } from '../cluster.ts';
import { clone, isObject, type Json, type JsonObject } from '../json.ts';
import { groupVersion, type Resource } from '../kinds/resource.ts';
import { apply } from '../managed-fields/apply.ts';
import { checkConfig } from '../managed-fields/check-config.ts';
import { trackUpdate } from '../managed-fields/update.ts';
import type { KubeObject } from '../object.ts';
import { jsonPatch } from '../patches/json-patch.ts';
import { mergePatch } from '../patches/merge-patch.ts';
import { strategicMerge } from '../patches/strategic-merge.ts';
import type { ApiRequest } from '../request.ts';
import { ApiError, badRequest, invalid, notFound, unsupportedMediaType } from '../status.ts';
import { inNamespace, insert } from './create.ts';
import { isDryRun, isForced, mutated, subjectOf, writerOf } from './options.ts';
import {
  findLive,
  replace,
  requireCreation,
  requireMergeable,
  requireName,
  requireOwnable,
  type Written,
  withServerFields,
} from './update.ts';

const jsonType = 'application/json-patch+json';
const mergeType = 'application/merge-patch+json';
const strategicType = 'application/strategic-merge-patch+json';
const applyType = 'application/apply-patch+yaml';

/** PATCH in its four kinds. */
export function patch(cluster: Cluster, request: ApiRequest, resource: Resource): Written {
  const type = mediaType(request.headers['content-type']);
  if (![jsonType, mergeType, strategicType, applyType].includes(type)) {
    throw new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  }
  if (type === strategicType && resource.isCustom) throw unsupportedMediaType([jsonType, mergeType, applyType]);
  const isTrial = isDryRun(request, 'PatchOptions');
  if (type === applyType) return applyPatch(cluster, request, resource, isTrial);
  const live = findLive(cluster, request, resource);
  if (live === undefined) throw notFound(subjectOf(resource, request.target?.name));
  const writer = writerOf(cluster, request, resource);
  const patched = patchedObject(live, readPatch(request, type), type, resource);
  const next = inNamespace(readPatched(patched, resource), live.metadata.namespace, resource);
  requireName(next, live.metadata.name);
  if (type === strategicType) requireMergeable(resource, 'strategic merge', live, next);
  requireOwnable(resource, live, next, writer.manager);
  const tracked = trackUpdate(live, withServerFields(next, live), writer, false);
  return { object: replace(cluster, request, resource, live, tracked, next.metadata, isTrial), isNew: false };
}

function readPatch(request: ApiRequest, type: string): Json {
  const value = parsePatch(request.body.toString());
  if (type !== jsonType && !isObject(value)) throw badRequest('error decoding patch: the body is not a JSON object');
  return value;
}

function parsePatch(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw unreadablePatch(error);
  }
}

function unreadablePatch(cause: unknown): ApiError {
  return new ApiError(500, '', 'Invalid JSON Patch', undefined, {}, { cause });
}

/** Reads what a patch makes of an object; where that is none of the kind, the patch is invalid. */
function readPatched(patched: JsonObject, resource: Resource): KubeObject {
  try {
    return readObject(patched, resource);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === 422) throw error;
    throw invalid({}, [invalidValue('patch', JSON.stringify(patched), error.message)], error);
  }
}

function patchedObject(live: KubeObject, given: Json, type: string, resource: Resource): JsonObject {
  const document = clone(live);
  const result =
    type === jsonType
      ? jsonPatch(document, given)
      : type === mergeType
        ? mergePatch(document, given)
        : strategicMerge(document, isObject(given) ? given : {}, resource.schema);
  if (!isObject(result)) throw badRequest('the patch leaves no object');
  return result;
}

/** Server-side apply: creates the object, or merges the configuration by field managers. */
function applyPatch(cluster: Cluster, request: ApiRequest, resource: Resource, isTrial: boolean): Written {
  if (!request.query.get('fieldManager')) {
    throw invalid({ kind: 'PatchOptions', group: 'meta.k8s.io' }, [
      required('fieldManager', 'is required for apply patch'),
    ]);
  }
  const config = readConfig(request, resource);
  const live = findLive(cluster, request, resource);
  const writer = writerOf(cluster, request, resource);
  if (live === undefined) {
    requireCreation(cluster, request, resource);
    if (config.metadata.uid) {
      throw new ApiError(
        409,
        'Conflict',
        `uid mismatch: the provided object specified uid ${config.metadata.uid}, and no existing object was found`,
      );
    }
    const nothing = {
      apiVersion: writer.apiVersion,
      kind: resource.kind,
      metadata: {
        name: config.metadata.name,
        ...(config.metadata.namespace ? { namespace: config.metadata.namespace } : {}),
      },
    } as KubeObject;
    const created = resource.fill(apply({ ...resource.empty, ...nothing }, config, writer, true, true));
    return { object: insert(cluster, resource, mutated(request, withoutVersion(created)), isTrial), isNew: true };
  }
  requireOwnable(resource, live, config, writer.manager);
  const applied = apply(live, config, writer, isForced(request), false);
  const given = { ...live.metadata, ...pick(config.metadata) };
  const next = withServerFields(resource.fill(applied), live);
  return { object: replace(cluster, request, resource, live, next, given, isTrial), isNew: false };
}

function pick({ uid, resourceVersion }: KubeObject['metadata']): Partial<KubeObject['metadata']> {
  return { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
}

function withoutVersion(object: KubeObject): KubeObject {
  const { resourceVersion: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function readConfig(request: ApiRequest, resource: Resource): KubeObject {
  const value = parseYaml(request.body.toString());
  if (!isObject(value)) throw badRequest('error decoding YAML: the body is not an object');
  const expected = groupVersion(resource);
  const given = value['apiVersion'];
  if (given !== expected) {
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${given ?? ''}, expected: ${expected}`,
    );
  }
  if (value['kind'] !== resource.kind) {
    throw new ApiError(
      500,
      '',
      `failed to merge config: expected objects of the same type, but got ${value['kind']} and ${resource.kind}`,
    );
  }
  const metadata = isObject(value['metadata']) ? value['metadata'] : {};
  if (metadata['managedFields'] !== undefined && metadata['managedFields'] !== null)
    throw badRequest('metadata.managedFields must be nil');
  const named = { ...value, metadata: { name: request.target?.name ?? '', ...metadata } } as KubeObject;
  const config = inNamespace(named, request.target?.namespace, resource);
  checkConfig(config, resource.schema);
  requireName(config, request.target?.name ?? '');
  return config;
}

/** Decodes the options in the body of a delete; undefined when there are none. */
export function decodeOptions(request: ApiRequest): JsonObject {
  return request.body.length === 0 ? {} : decodeBody(request.body, request.headers['content-type'], 'DeleteOptions');
}
