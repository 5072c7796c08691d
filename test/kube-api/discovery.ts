import { createHash } from 'node:crypto';
import type { JsonObject } from './json.ts';
import type { Resource } from './kinds/resource.ts';
import type { Registry } from './registry.ts';

/** In the order in which a genuine server lists the verbs of custom resources. */
const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Groups that take reviews only and store nothing. */
const reviews: Readonly<Record<string, JsonObject[]>> = {
  'authentication.k8s.io': [review('SelfSubjectReview')],
  'authorization.k8s.io': [review('SelfSubjectAccessReview'), review('SelfSubjectRulesReview')],
};

function review(kind: string): JsonObject {
  return { name: `${kind.toLowerCase()}s`, singularName: '', namespaced: false, kind, verbs: ['create'] };
}

/** Answers /api, /apis and below; undefined for a path that leads nowhere. */
export function discover(registry: Registry, path: string, address: string): JsonObject | undefined {
  const parts = path.split('/').filter(Boolean);
  if (path === '/api' || path === '/api/') return apiVersions(address);
  if (parts[0] === 'api') return parts[1] === 'v1' && parts.length === 2 ? resourceList(registry, '', 'v1') : undefined;
  if (parts[0] !== 'apis') return;
  const groups = groupsOf(registry);
  const [, name, version, ...more] = parts;
  if (name === undefined)
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: [...groups].map(([group, versions]) => groupOf(group, versions)),
    };
  const versions = groups.get(name);
  if (versions === undefined || more.length > 0) return;
  if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(name, versions) };
  return versions.includes(version) ? resourceList(registry, name, version) : undefined;
}

function apiVersions(serverAddress: string): JsonObject {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

function groupsOf(registry: Registry): Map<string, string[]> {
  const groups = new Map<string, string[]>(Object.keys(reviews).map((group) => [group, ['v1']]));
  for (const { group, version } of registry.all()) {
    const known = groups.get(group) ?? [];
    if (group !== '' && !known.includes(version)) groups.set(group, [...known, version].sort(byPriority));
  }
  return groups;
}

/** Versions by the priority that Kubernetes gives them: v2 before v1 before v1beta1 before v1alpha1. */
function byPriority(left: string, right: string): number {
  return rank(right) - rank(left) || (left < right ? -1 : 1);
}

function rank(version: string): number {
  const [, major = '0', stage, minor = '0'] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  const stages = { alpha: 1, beta: 2 } as Record<string, number>;
  return (stage === undefined ? 3 : (stages[stage] ?? 0)) * 1e6 + Number(major) * 1e3 + Number(minor);
}

function groupOf(name: string, versions: string[]): JsonObject {
  const listed = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: listed, preferredVersion: listed[0] };
}

function resourceList(registry: Registry, group: string, version: string): JsonObject {
  const found = registry.all().filter((resource) => resource.group === group && resource.version === version);
  const resources = found.flatMap((resource) => [
    describe(resource),
    ...resource.subresources.map((sub) => subresource(resource, sub)),
  ]);
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: reviews[group] ?? resources,
  };
}

function describe(resource: Resource): JsonObject {
  const { plural, singular, namespaced, kind, shortNames, categories } = resource;
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: verbsOf(resource),
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    storageVersionHash: createHash('sha256')
      .update(`${resource.storedAs}/${resource.version}`)
      .digest('base64')
      .slice(0, 11)
      .concat('='),
  };
}

function verbsOf({ plural, isCustom }: Resource): string[] {
  if (isCustom) return customVerbs;
  return plural === 'namespaces' ? verbs.filter((verb) => verb !== 'deletecollection') : verbs;
}

function subresource({ plural, namespaced, kind }: Resource, name: string): JsonObject {
  const own = { name: `${plural}/${name}`, singularName: '', namespaced };
  if (name === 'token') {
    return { ...own, group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', verbs: ['create'] };
  }
  if (name === 'finalize') return { ...own, kind, verbs: ['update'] };
  if (name === 'proxy') {
    return { ...own, kind: 'PodProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] };
  }
  return { ...own, kind, verbs: name === 'log' ? ['get'] : ['get', 'patch', 'update'] };
}
