import type { KubeObject } from '#common/cluster/objects.ts';
import { ownPlaces } from './own-places.ts';
import { DEFAULT_VALUES, type InstallationValues } from './values.ts';

interface Rule {
  readonly resourceNames?: readonly string[];
}

interface RoleLike extends KubeObject {
  readonly rules?: readonly Rule[];
  readonly roleRef?: { readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly namespace?: string }[];
}

/**
 * An object of the manifests as it is for another namespace, integration namespace or connection: its own place, the
 * ServiceAccount that rights are given to, and the names of the objects that they are about.
 */
export function relocated(object: KubeObject, values: InstallationValues): KubeObject {
  const { rules, roleRef, subjects, ...rest } = object as RoleLike;
  const { name, namespace } = object.metadata;
  const here = placeOf(namespace, values);
  const rename = (before: string) => nameOf(before, object, values);
  return {
    ...rest,
    metadata: {
      ...object.metadata,
      name: object.kind === 'Namespace' ? values.namespace : rename(name),
      ...(here === undefined ? {} : { namespace: here }),
    },
    ...(rules && { rules: rules.map((rule) => renamed(rule, values)) }),
    ...(roleRef && { roleRef: { ...roleRef, name: rename(roleRef.name) } }),
    ...(subjects && {
      subjects: subjects.map((subject) =>
        subject.kind === 'ServiceAccount' ? { ...subject, namespace: values.namespace } : subject,
      ),
    }),
  } as KubeObject;
}

/** Whether another installation has an object of the same kind in the same place. */
function isShared({ kind, metadata: { namespace } }: KubeObject): boolean {
  return kind !== 'Namespace' && namespace !== DEFAULT_VALUES.namespace;
}

/**
 * Sidecars of one cluster differ in their connections: what is not in a namespace of their own carries its name. And where
 * two namespaces of the manifests are one, so do the roles differ that are called alike.
 */
function nameOf(name: string, object: KubeObject, values: InstallationValues): string {
  const { connectionName, namespace, integrationNamespace } = values;
  const isOfIntegration = object.metadata.namespace === DEFAULT_VALUES.integrationNamespace;
  const role = isOfIntegration && namespace === integrationNamespace ? `${name}-applications` : name;
  return isShared(object) && connectionName !== DEFAULT_VALUES.connectionName ? `${role}-${connectionName}` : role;
}

function placeOf(namespace: string | undefined, values: InstallationValues): string | undefined {
  if (namespace === DEFAULT_VALUES.namespace) return values.namespace;
  if (namespace === DEFAULT_VALUES.integrationNamespace) return values.integrationNamespace;
  return namespace === ownPlaces(DEFAULT_VALUES).ca.namespace ? ownPlaces(values).ca.namespace : namespace;
}

function renamed(rule: Rule, values: InstallationValues): Rule {
  return rule.resourceNames
    ? { ...rule, resourceNames: rule.resourceNames.map((name) => renamedOne(name, values)) }
    : rule;
}

function renamedOne(name: string, values: InstallationValues): string {
  const [before, after] = [ownPlaces(DEFAULT_VALUES), ownPlaces(values)];
  if (name === before.configuration.name) return after.configuration.name;
  if (name === before.client.name) return after.client.name;
  if (name === before.ca.name) return after.ca.name;
  const own = DEFAULT_VALUES.connectionName;
  // A definition is called by its kind and group, which begin with no connection's name.
  return name === own || name.startsWith(`${own}-`) ? `${values.connectionName}${name.slice(own.length)}` : name;
}
