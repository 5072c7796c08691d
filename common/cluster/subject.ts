import type { Kind } from './objects.ts';
import type { RequestSubject } from './translate.ts';

/** What a request on a kind is about; the resource as RBAC and kubectl write it: `secrets`, `leases.coordination.k8s.io`. */
export function subjectOf(
  verb: string,
  kind: Kind,
  on: { readonly name?: string; readonly namespace?: string | undefined } = {},
  subresource?: string,
): RequestSubject {
  const resource = subresource === undefined ? resourceOf(kind) : named(kind, `${kind.plural}/${subresource}`);
  return { verb, resource, name: on.name, namespace: kind.namespaced ? on.namespace : undefined };
}

const resources = new WeakMap<Kind, string>();

function resourceOf(kind: Kind): string {
  const known = resources.get(kind) ?? named(kind, kind.plural);
  resources.set(kind, known);
  return known;
}

function named({ apiVersion }: Kind, plural: string): string {
  const end = apiVersion.indexOf('/');
  return end === -1 ? plural : `${plural}.${apiVersion.slice(0, end)}`;
}
