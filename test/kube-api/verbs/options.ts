import type { Cluster } from '../cluster.ts';
import { timestamp } from '../cluster.ts';
import type { Resource } from '../kinds/resource.ts';
import { groupVersion } from '../kinds/resource.ts';
import type { Writer } from '../managed-fields/update.ts';
import type { KubeObject } from '../object.ts';
import { mergePatch } from '../patches/merge-patch.ts';
import { type ApiRequest, isTrue } from '../request.ts';
import { invalid, type Subject } from '../status.ts';

/** What a Status calls an object: by its resource in most refusals. */
export function subjectOf(resource: Resource, name: string | undefined): Subject {
  return { kind: resource.plural, group: resource.group, ...(name ? { name } : {}) };
}

/** What a Status calls an object that is invalid: by its kind. */
export function kindSubject(resource: Resource, name: string | undefined): Subject {
  return { kind: resource.kind, group: resource.group, ...(name ? { name } : {}) };
}

/** Whether the request is a dry run; any value but All is refused. */
export function isDryRun(request: ApiRequest, kind: string): boolean {
  const value = request.query.get('dryRun');
  if (value === null) return false;
  if (value === 'All') return true;
  throw invalid({ kind, group: 'meta.k8s.io' }, [
    {
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: []string{"${value}"}: supported values: "All"`,
      field: 'dryRun',
    },
  ]);
}

/** Who writes: fieldManager, else the first word of the user agent. */
export function writerOf(cluster: Cluster, request: ApiRequest, resource: Resource): Writer {
  const agent = (request.headers['user-agent'] ?? '').split('/')[0] ?? '';
  return {
    manager: request.query.get('fieldManager') || agent.slice(0, 128),
    apiVersion: groupVersion(resource),
    schema: resource.schema,
    now: timestamp(cluster.now()),
  };
}

export function isForced(request: ApiRequest): boolean {
  return isTrue(request.query.get('force'));
}

/** The object as an admission webhook's merge patch leaves it (a fault), or as it is. */
export function mutated(request: ApiRequest, object: KubeObject): KubeObject {
  return request.mutation === undefined ? object : (mergePatch(object, request.mutation) as KubeObject);
}
