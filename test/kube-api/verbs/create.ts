import { randomInt, randomUUID } from 'node:crypto';
import { decodeBody, readObject } from '../body.ts';
import type { Cluster } from '../cluster.ts';
import { timestamp } from '../cluster.ts';
import { namespaceKind } from '../kinds/core.ts';
import { metadataCauses } from '../kinds/metadata-rules.ts';
import { groupVersion, type Resource } from '../kinds/resource.ts';
import { trackUpdate } from '../managed-fields/update.ts';
import type { KubeObject } from '../object.ts';
import type { ApiRequest } from '../request.ts';
import { ApiError, alreadyExists, badRequest, forbidden, invalid, notFound } from '../status.ts';
import { isDryRun, kindSubject, mutated, subjectOf, writerOf } from './options.ts';

const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** POST: stores a new object, and answers it as stored. */
export function create(cluster: Cluster, request: ApiRequest, resource: Resource): KubeObject {
  const isTrial = isDryRun(request, 'CreateOptions');
  const body = readObject(decodeBody(request.body, request.headers['content-type'], resource.kind), resource);
  const object = inNamespace(body, request.target?.namespace, resource);
  if (object.metadata.resourceVersion) {
    throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created');
  }
  const nothing = {
    ...resource.empty,
    apiVersion: groupVersion(resource),
    kind: resource.kind,
    metadata: {},
  } as KubeObject;
  const tracked = trackUpdate(nothing, object, writerOf(cluster, request, resource), true);
  return insert(cluster, resource, mutated(request, tracked), isTrial);
}

/** Puts a namespaced object into the request's namespace; another one of its own is refused. */
export function inNamespace(object: KubeObject, namespace: string | undefined, resource: Resource): KubeObject {
  const { namespace: own, ...metadata } = object.metadata;
  if (!resource.namespaced) return { ...object, metadata };
  if (own !== undefined && own !== '' && own !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return { ...object, metadata: { ...metadata, ...(namespace ? { namespace } : {}) } };
}

/** Names, stamps, checks and stores an object that is not there yet. */
export function insert(cluster: Cluster, resource: Resource, given: KubeObject, isTrial: boolean): KubeObject {
  const { storage } = cluster;
  requireNamespace(cluster, given, resource);
  const named = stamp(cluster, resource, resource.prepare(given, undefined));
  const { name, namespace } = named.metadata;
  const causes = [...metadataCauses(resource, named, undefined), ...resource.validate(named, undefined)];
  if (causes.length > 0) throw invalid(kindSubject(resource, name), causes);
  if (storage.get(resource.storedAs, namespace, name)) throw alreadyExists(subjectOf(resource, name));
  return isTrial ? named : storage.put(resource.storedAs, named);
}

function requireNamespace(cluster: Cluster, { metadata: { namespace, name } }: KubeObject, resource: Resource): void {
  if (!resource.namespaced) return;
  const found = cluster.storage.get(namespaceKind.storedAs, undefined, namespace ?? '');
  if (found === undefined) throw notFound({ kind: 'namespaces', name: namespace ?? '' });
  if (found.metadata.deletionTimestamp) {
    throw forbidden(
      subjectOf(resource, name),
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    );
  }
}

function stamp(cluster: Cluster, resource: Resource, object: KubeObject): KubeObject {
  const { generateName } = object.metadata;
  const { deletionTimestamp: _, deletionGracePeriodSeconds: __, resourceVersion: ___, ...given } = object.metadata;
  // kubectl's protobuf sends the zero that it holds.
  const { generation, ...metadata } = given;
  return {
    ...object,
    metadata: {
      ...metadata,
      name: metadata.name || (generateName ? `${generateName.slice(0, 58)}${suffix()}` : ''),
      uid: randomUUID(),
      creationTimestamp: timestamp(cluster.now()),
      ...(resource.generation === 'none' ? (generation ? { generation } : {}) : { generation: 1 }),
    },
  };
}

function suffix(): string {
  return Array.from({ length: 5 }, () => nameAlphabet[randomInt(nameAlphabet.length)]).join('');
}
