import { invalidValue, unsupported } from '../causes.ts';
import type { Cluster } from '../cluster.ts';
import { timestamp } from '../cluster.ts';
import { cleanup } from '../controllers/cleanup.ts';
import { asObject, asString, type JsonObject } from '../json.ts';
import { groupVersion, type Resource } from '../kinds/resource.ts';
import type { KubeObject } from '../object.ts';
import type { ApiRequest } from '../request.ts';
import { conflict, forbidden, invalid, notFound } from '../status.ts';
import { askedGrace, graceOf, markForKubelet } from './graceful-deletion.ts';
import { bareItems, selectorOf } from './list.ts';
import { isDryRun, kindSubject, subjectOf } from './options.ts';
import { decodeOptions } from './patch.ts';
import { findLive } from './update.ts';

const protectedNamespaces = ['default', 'kube-system', 'kube-public'];

/** DELETE of one object: removes it, or marks it where finalizers hold it. */
export function remove(cluster: Cluster, request: ApiRequest, resource: Resource): JsonObject {
  const options = decodeOptions(request);
  const policy = propagation(request, options);
  const live = findLive(cluster, request, resource);
  const name = request.target?.name ?? '';
  if (live === undefined) throw notFound(subjectOf(resource, name));
  if (resource.kind === 'Namespace' && protectedNamespaces.includes(name)) {
    throw forbidden(subjectOf(resource, name), 'this namespace may not be deleted');
  }
  requirePreconditions(resource, live, asObject(options['preconditions']));
  const isTrial = isDryRun(request, 'DeleteOptions') || JSON.stringify(options['dryRun'] ?? []) === '["All"]';
  const left = removeObject(cluster, resource, live, policy, { isTrial, graceSeconds: askedGrace(request, options) });
  return left ?? success(resource, live);
}

/** DELETE of a collection: every selected object, answered as the list it was. */
export function removeAll(cluster: Cluster, request: ApiRequest, resource: Resource): JsonObject {
  const options = decodeOptions(request);
  const isTrial = isDryRun(request, 'DeleteOptions');
  const isSelected = selectorOf(request, resource);
  const items = cluster.storage.list(resource.storedAs, request.target?.namespace).filter(isSelected);
  const policy = propagation(request, options);
  const graceSeconds = askedGrace(request, options);
  for (const item of items) removeObject(cluster, resource, item, policy, { isTrial, graceSeconds });
  return {
    apiVersion: groupVersion(resource),
    kind: resource.listKind,
    metadata: { resourceVersion: String(cluster.storage.revision) },
    items: bareItems(resource, items),
  };
}

type Removal = { readonly isTrial?: boolean; readonly graceSeconds?: number | undefined };

type Propagation = 'Orphan' | 'Foreground' | 'Background';

function propagation(request: ApiRequest, options: JsonObject): Propagation {
  const given = request.query.get('propagationPolicy') ?? asString(options['propagationPolicy']);
  const orphans = options['orphanDependents'];
  if (given === '') return orphans === true ? 'Orphan' : 'Background';
  const subject = { kind: 'DeleteOptions', group: 'meta.k8s.io' };
  const field = 'propagationPolicy';
  if (typeof orphans === 'boolean') {
    const why = 'orphanDependents and deletionPropagation cannot be both set';
    throw invalid(subject, [invalidValue(field, given, why)]);
  }
  if (given === 'Orphan' || given === 'Foreground' || given === 'Background') return given;
  throw invalid(subject, [unsupported(field, given, ['Foreground', 'Background', 'Orphan', 'nil'])]);
}

function requirePreconditions(resource: Resource, { metadata }: KubeObject, wanted: JsonObject): void {
  const subject = { ...kindSubject(resource, metadata.name) };
  const { uid, resourceVersion } = wanted;
  if (uid && uid !== metadata.uid) {
    throw conflict(
      subject,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    throw conflict(
      subject,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
  }
}

/** Removes an object, or marks it as being deleted; answers what is left of it. */
export function removeObject(
  cluster: Cluster,
  resource: Resource,
  live: KubeObject,
  policy: Propagation,
  { isTrial = false, graceSeconds }: Removal = {},
): KubeObject | undefined {
  const finalizers = finalizersFor(resource, live, policy);
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = live.metadata;
  const store = (next: KubeObject) => (isTrial || next === live ? next : cluster.storage.put(resource.storedAs, next));
  const grace = graceOf(resource, live, graceSeconds);
  if (grace > 0) {
    const held = finalizers.length > 0 ? { ...live, metadata: { ...live.metadata, finalizers } } : live;
    return store(markForKubelet(cluster, held, grace));
  }
  if (finalizers.length === 0 && resource.kind !== 'Namespace') {
    if (!isTrial) cluster.storage.remove(resource.storedAs, live);
    return resource.kind === 'Pod' || resource.kind === 'ServiceAccount' ? live : undefined;
  }
  if (deletionTimestamp && deletionGracePeriodSeconds === 0) return live;
  return store(mark(resource, live, finalizers, timestamp(cluster.now())));
}

/** The object as being deleted. Namespaces and CRDs have ways of their own. */
function mark(resource: Resource, live: KubeObject, finalizers: string[], deletionTimestamp: string): KubeObject {
  const metadata = { ...live.metadata, ...(finalizers.length > 0 ? { finalizers } : {}), deletionTimestamp };
  if (resource.kind === 'Namespace') return { ...live, metadata, status: { phase: 'Terminating' } };
  if (resource.kind === 'CustomResourceDefinition') return { ...live, metadata };
  const { generation } = live.metadata;
  const counted = generation ? { generation: generation + 1 } : {};
  return { ...live, metadata: { ...metadata, ...counted, deletionGracePeriodSeconds: 0 } };
}

function finalizersFor(resource: Resource, { metadata }: KubeObject, policy: Propagation): string[] {
  if (resource.kind === 'CustomResourceDefinition') return [...new Set([...(metadata.finalizers ?? []), cleanup])];
  const own = (metadata.finalizers ?? []).filter((name) => name !== 'orphan' && name !== 'foregroundDeletion');
  if (policy === 'Orphan') return [...own, 'orphan'];
  return policy === 'Foreground' ? [...own, 'foregroundDeletion'] : (metadata.finalizers ?? []);
}

function success(resource: Resource, { metadata: { name, uid } }: KubeObject): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name,
      ...(resource.group ? { group: resource.group } : {}),
      kind: resource.plural,
      ...(uid ? { uid } : {}),
    },
  };
}
