import { decodeBody, readObject } from '../body.ts';
import type { Cluster } from '../cluster.ts';
import type { Resource } from '../kinds/resource.ts';
import type { KubeObject } from '../object.ts';
import type { ApiRequest } from '../request.ts';
import { notFound } from '../status.ts';
import { subjectOf } from './options.ts';
import { findLive } from './update.ts';

/** PUT to namespaces/NAME/finalize: sets spec.finalizers. */
export function finalizeNamespace(cluster: Cluster, request: ApiRequest, resource: Resource): KubeObject {
  const live = findLive(cluster, request, resource);
  if (live === undefined) throw notFound(subjectOf(resource, request.target?.name));
  const body = readObject(decodeBody(request.body, request.headers['content-type'], resource.kind), resource);
  return cluster.storage.put(resource.storedAs, { ...live, spec: body['spec'] ?? {} });
}
