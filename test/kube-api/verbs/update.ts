import { decodeBody, readObject } from '../body.ts';
import { invalidText } from '../causes.ts';
import type { Cluster } from '../cluster.ts';
import { equal } from '../json.ts';
import { metadataCauses } from '../kinds/metadata-rules.ts';
import { groupVersion, hasStatus, type Resource } from '../kinds/resource.ts';
import { isSameObject } from '../managed-fields/apply.ts';
import { trackUpdate } from '../managed-fields/update.ts';
import type { KubeObject, ObjectMeta } from '../object.ts';
import type { ApiRequest } from '../request.ts';
import { hasKnownMergeRules } from '../schema/known.ts';
import { badRequest, conflict, forbidden, invalid, notFound, notImplemented } from '../status.ts';
import { inNamespace, insert } from './create.ts';
import { isDryRun, kindSubject, mutated, subjectOf, writerOf } from './options.ts';

const modified = 'the object has been modified; please apply your changes to the latest version and try again';

/** What a write answers: the object, and whether it is new. */
export type Written = { object: KubeObject; isNew: boolean };

/** PUT: replaces an object (some kinds are created by it). */
export function update(cluster: Cluster, request: ApiRequest, resource: Resource): Written {
  const isTrial = isDryRun(request, 'UpdateOptions');
  const name = request.target?.name ?? '';
  const body = readObject(decodeBody(request.body, request.headers['content-type'], resource.kind), resource);
  const next = inNamespace(body, request.target?.namespace, resource);
  requireName(next, name);
  const live = findLive(cluster, request, resource);
  const writer = writerOf(cluster, request, resource);
  if (live === undefined) {
    if (!resource.createsOnUpdate) throw notFound(subjectOf(resource, name));
    requireCreation(cluster, request, resource);
    const nothing = {
      ...resource.empty,
      apiVersion: groupVersion(resource),
      kind: resource.kind,
      metadata: {},
    } as KubeObject;
    return { object: insert(cluster, resource, trackUpdate(nothing, next, writer, true), isTrial), isNew: true };
  }
  requireOwnable(resource, live, next, writer.manager);
  const tracked = trackUpdate(live, withServerFields(next, live), writer, false);
  return { object: replace(cluster, request, resource, live, tracked, next.metadata, isTrial), isNew: false };
}

/** The stored object that the request is about, in the version that it asks for. */
export function findLive(cluster: Cluster, request: ApiRequest, resource: Resource): KubeObject | undefined {
  const { name = '', namespace } = request.target ?? {};
  const scope = resource.namespaced ? namespace : undefined;
  const live = cluster.storage.get(resource.storedAs, scope, name);
  return live && { ...live, apiVersion: groupVersion(resource) };
}

/** A write that creates the object needs the right to create, too. */
export function requireCreation(cluster: Cluster, { user, target }: ApiRequest, resource: Resource): void {
  if (target === undefined || cluster.authorization.allows(user, { ...target, verb: 'create' })) return;
  throw forbidden(subjectOf(resource, target.name), '');
}

export function requireName(object: KubeObject, name: string): void {
  const own = object.metadata.name;
  if (own === undefined || own === '') {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  }
  if (own !== name) {
    throw badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`);
  }
}

/** Refuses a second manager of objects whose merge rules are not all known. */
export function requireOwnable(resource: Resource, live: KubeObject, next: KubeObject, manager: string): void {
  const hasOthers = (live.metadata.managedFields ?? []).some((entry) => entry.manager !== manager);
  if (hasOthers) requireMergeable(resource, 'co-ownership', live, next);
}

/** Refuses what takes merge rules that are not known of these objects. */
export function requireMergeable(resource: Resource, what: string, ...objects: KubeObject[]): void {
  if (!resource.mergesInPart || objects.every((object) => hasKnownMergeRules(object, resource.schema))) return;
  throw notImplemented(`${what} of ${resource.plural} with such fields`);
}

/** The written object with the metadata that only the server sets, from the live one. */
export function withServerFields(next: KubeObject, live: KubeObject): KubeObject {
  const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation } = live.metadata;
  const { deletionTimestamp: _, deletionGracePeriodSeconds: __, generation: ___, ...given } = next.metadata;
  return {
    ...next,
    metadata: {
      ...given,
      ...(given.uid || !uid ? {} : { uid }),
      ...(creationTimestamp ? { creationTimestamp } : {}),
      ...(deletionTimestamp ? { deletionTimestamp } : {}),
      ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
      ...(generation ? { generation } : {}),
    },
  };
}

/**
 * Checks the changed object against the live one and stores it. `given` is the metadata that the writer sent: its
 * resourceVersion and uid are preconditions. A write without a change keeps the resourceVersion.
 */
export function replace(
  cluster: Cluster,
  request: ApiRequest,
  resource: Resource,
  live: KubeObject,
  tracked: KubeObject,
  given: ObjectMeta,
  isTrial: boolean,
): KubeObject {
  const { name } = live.metadata;
  requirePreconditions(resource, live, given);
  const prepared = prepare(request, resource, live, mutated(request, tracked));
  const next = withGeneration(resource, prepared, live);
  const causes = [...metadataCauses(resource, next, live), ...resource.validate(next, live)];
  if (causes.length > 0) throw invalid(kindSubject(resource, name), causes);
  const stamped = { ...next, metadata: { ...next.metadata, resourceVersion: live.metadata.resourceVersion ?? '' } };
  if (isSameObject(stamped, live)) return live;
  if (isTrial) return stamped;
  if (isDeletedNow(stamped)) return cluster.storage.remove(resource.storedAs, stamped);
  return cluster.storage.put(resource.storedAs, stamped);
}

function requirePreconditions(resource: Resource, live: KubeObject, given: ObjectMeta): void {
  const { name, namespace, uid } = live.metadata;
  const subject = subjectOf(resource, name);
  if (given.uid && given.uid !== uid) {
    const key = `/registry/${resource.group && resource.isCustom ? `${resource.group}/` : ''}${resource.plural}/${namespace ? `${namespace}/` : ''}${name}`;
    throw conflict(
      subject,
      `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${given.uid}, UID in object meta: ${uid}`,
    );
  }
  if (!given.resourceVersion) {
    if (!resource.needsResourceVersion) return;
    throw invalid(subject, [invalidText('metadata.resourceVersion', '0x0', 'must be specified for an update')]);
  }
  if (given.resourceVersion !== live.metadata.resourceVersion) throw conflict(subject, modified);
}

function prepare(request: ApiRequest, resource: Resource, live: KubeObject, next: KubeObject): KubeObject {
  if (request.target?.subresource !== 'status') return resource.prepare(next, live);
  const { managedFields } = next.metadata;
  const { managedFields: _, ...metadata } = live.metadata;
  const kept = resource.isCustom || resource.kind === 'CustomResourceDefinition' ? metadata : next.metadata;
  const { status: __, ...rest } = live;
  const merged = { ...rest, metadata: { ...kept, ...(managedFields ? { managedFields } : {}) } } as KubeObject;
  return next['status'] === undefined ? merged : { ...merged, status: next['status'] };
}

function withGeneration(resource: Resource, next: KubeObject, live: KubeObject): KubeObject {
  const { generation } = live.metadata;
  if (generation === undefined || resource.generation === 'none') return next;
  const counted = (object: KubeObject) => {
    if (resource.generation === 'spec') return object['spec'] ?? null;
    const { metadata: _, status, ...rest } = object;
    return hasStatus(resource) ? rest : { ...rest, status };
  };
  const isChanged = !equal(counted(next), counted(live));
  return { ...next, metadata: { ...next.metadata, generation: isChanged ? generation + 1 : generation } };
}

function isDeletedNow({ metadata, kind, spec }: KubeObject): boolean {
  const hasGrace = (metadata.deletionGracePeriodSeconds ?? 0) > 0;
  const isWaiting = (metadata.finalizers ?? []).length > 0 || hasGrace;
  return metadata.deletionTimestamp !== undefined && !isWaiting && !(kind === 'Namespace' && spec !== undefined);
}
