import type { Cluster } from './cluster.ts';
import type { JsonObject } from './json.ts';
import { hasStatus, type Resource } from './kinds/resource.ts';
import type { KubeObject } from './object.ts';
import type { ApiRequest, Target } from './request.ts';
import {
  type ApiError,
  methodNotAllowed,
  notFound,
  notImplemented,
  PageNotFound,
  qualified,
  unknownResource,
  unsupportedVerb,
} from './status.ts';
import { create } from './verbs/create.ts';
import { remove, removeAll } from './verbs/delete.ts';
import { finalizeNamespace } from './verbs/finalize.ts';
import { get, type Listed, list } from './verbs/list.ts';
import { subjectOf } from './verbs/options.ts';
import { patch } from './verbs/patch.ts';
import { accessReview, rulesReview, subjectReview, tokenRequest } from './verbs/reviews.ts';
import { findLive, update } from './verbs/update.ts';

/** What a request gets: an object, a page of objects, or something that is neither (a Status, a review). */
export type Answer =
  | { code: number; object: KubeObject; resource: Resource }
  | { code: number; page: Listed; resource: Resource }
  | { code: number; plain: JsonObject };

/** Groups of a genuine server that this one serves in part or not at all: 501 rather than 404. */
const genuineGroups = [
  '',
  'admissionregistration.k8s.io',
  'apiregistration.k8s.io',
  'apiextensions.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
];
const genuineCore = [
  'bindings',
  'componentstatuses',
  'endpoints',
  'limitranges',
  'nodes',
  'persistentvolumeclaims',
  'persistentvolumes',
  'podtemplates',
  'replicationcontrollers',
  'resourcequotas',
];

/** The resource of a request: 404 for what no server knows, 501 for what only a genuine one has. */
export function resourceOf(cluster: Cluster, target: Target): Resource {
  const { group, version, plural } = target;
  const resource = cluster.registry.find(group, version, plural);
  if (resource === undefined) throw unserved(cluster, target);
  requireScope(resource, target);
  if (resource.isHollow && !['get', 'list', 'watch'].includes(target.verb)) {
    throw notImplemented(`${target.verb} of ${plural}: nothing would enforce them`);
  }
  return resource;
}

function requireScope(resource: Resource, { namespace, name, verb }: Target): void {
  const needsNamespace = resource.namespaced && namespace === undefined && (name !== undefined || verb === 'create');
  if (needsNamespace) throw resource.isCustom || name !== undefined ? new PageNotFound() : methodNotAllowed();
  const hasNoNamespace = !resource.namespaced && resource.kind !== 'Namespace';
  if (hasNoNamespace && namespace !== undefined) throw unknownResource();
}

function unserved(cluster: Cluster, { group, version, plural }: Target): ApiError {
  const isGenuine = group === '' ? genuineCore.includes(plural) : genuineGroups.includes(group);
  if (isGenuine) return notImplemented(`${qualified(plural, group)} (${version})`);
  const isKnown = group === '' || cluster.registry.all().some((resource) => resource.group === group);
  return isKnown ? unknownResource() : new PageNotFound();
}

/** Runs a request on a resource, all but watches. */
export function dispatch(cluster: Cluster, request: ApiRequest, target: Target): Answer {
  if (target.group === 'authorization.k8s.io' || target.group === 'authentication.k8s.io')
    return review(cluster, request, target);
  const resource = resourceOf(cluster, target);
  if (target.subresource !== undefined) return onSubresource(cluster, request, target, resource);
  switch (target.verb) {
    case 'get':
      return { code: 200, object: get(cluster, request, resource), resource };
    case 'list':
      return { code: 200, page: list(cluster, request, resource), resource };
    case 'create':
      if (target.name !== undefined) throw methodNotAllowed();
      return { code: 201, object: create(cluster, request, resource), resource };
    case 'update':
    case 'patch':
      if (target.name === undefined) throw methodNotAllowed();
      return written(cluster, request, resource);
    case 'delete':
      return { code: 200, plain: remove(cluster, request, resource) };
    case 'deletecollection':
      if (resource.kind === 'Namespace') throw methodNotAllowed();
      return { code: 200, plain: removeAll(cluster, request, resource) };
    default:
      throw methodNotAllowed();
  }
}

function written(cluster: Cluster, request: ApiRequest, resource: Resource): Answer {
  const { object, isNew } =
    request.method === 'PUT' ? update(cluster, request, resource) : patch(cluster, request, resource);
  return { code: isNew ? 201 : 200, object, resource };
}

function review(cluster: Cluster, request: ApiRequest, { group, version, plural, verb }: Target): Answer {
  if (plural === 'selfsubjectreviews' && group === 'authentication.k8s.io' && version === 'v1' && verb === 'create')
    return { code: 201, plain: subjectReview(request) };
  if (plural === 'selfsubjectaccessreviews' && verb === 'create')
    return { code: 201, plain: accessReview(cluster, request) };
  if (plural === 'selfsubjectrulesreviews' && verb === 'create')
    return { code: 201, plain: rulesReview(cluster, request) };
  throw notImplemented(`${plural}.${group}`);
}

function onSubresource(cluster: Cluster, request: ApiRequest, target: Target, resource: Resource): Answer {
  switch (`${resource.plural}/${target.subresource} ${target.verb}`) {
    case 'serviceaccounts/token create':
      return { code: 201, plain: tokenRequest(cluster, request) };
    case 'namespaces/finalize update':
      return { code: 200, object: finalizeNamespace(cluster, request, resource), resource };
    case 'pods/log get':
      return podLog(cluster, request, resource);
    default:
      return onStatus(cluster, request, target, resource);
  }
}

function onStatus(cluster: Cluster, request: ApiRequest, target: Target, resource: Resource): Answer {
  const { subresource = '', verb, name } = target;
  const subject = subjectOf(resource, name);
  if (subresource !== 'status' || !hasStatus(resource)) {
    throw resource.isCustom ? notFound(subject) : notImplemented(`${resource.plural}/${subresource}`);
  }
  if (!['get', 'update', 'patch'].includes(verb))
    throw resource.isCustom ? unsupportedVerb(verb, subject) : methodNotAllowed();
  if (findLive(cluster, request, resource) === undefined) throw notFound(subject);
  if (verb === 'get') return { code: 200, object: get(cluster, request, resource), resource };
  return written(cluster, request, resource);
}

/** There is no kubelet: the log of a Pod that waits for one is empty. */
function podLog(cluster: Cluster, request: ApiRequest, resource: Resource): Answer {
  if (findLive(cluster, request, resource) === undefined) throw notFound(subjectOf(resource, request.target?.name));
  return { code: 204, plain: {} };
}
