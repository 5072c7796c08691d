import type { Kind } from './objects.ts';
import type { RequestSubject } from './translate.ts';

/** What a request on a kind is about; the resource as RBAC and kubectl write it: `secrets`, `leases.coordination.k8s.io`. */
export function subjectOf(
  verb: string,
  kind: Kind,
  on: { readonly name?: string; readonly namespace?: string | undefined } = {},
  subresource?: string,
): RequestSubject {
  const [group] = kind.apiVersion.includes('/') ? kind.apiVersion.split('/') : [];
  const plural = subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`;
  const resource = group === undefined ? plural : `${plural}.${group}`;
  return { verb, resource, name: on.name, namespace: kind.namespaced ? on.namespace : undefined };
}
