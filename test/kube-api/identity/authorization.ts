import { asArray, asString, at, isObject, type Json } from '../json.ts';
import type { KubeObject } from '../object.ts';
import type { Target } from '../request.ts';
import { ApiError, forbidden } from '../status.ts';
import type { Storage } from '../storage.ts';
import { type AllowRule, adminGroup, type Identity } from './identity.ts';

const rbac = 'rbac.authorization.k8s.io';

/** One PolicyRule of RBAC, read. */
export type PolicyRule = {
  verbs: string[];
  apiGroups: string[];
  resources: string[];
  resourceNames: string[];
  nonResourceURLs: string[];
};

/** Decides what an identity may do: simple rules given in-process, and the RBAC objects that are stored. */
export class Authorization {
  readonly #rules = new Map<string, AllowRule[]>();
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Replaces the simple rules of a user; without any, only RBAC grants. */
  setRules(user: string, rules: AllowRule[]): void {
    this.#rules.set(user, rules);
  }

  /** Throws the 403 of a genuine server unless allowed. */
  require(user: Identity, target: Target): void {
    if (this.allows(user, target)) return;
    const { plural, subresource, group, namespace, name, verb } = target;
    const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
    const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
    const why = `User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${scope}`;
    throw forbidden({ kind: plural, group, ...(name === undefined ? {} : { name }) }, why);
  }

  /** Throws 403 for a path beside the resources, unless allowed. */
  requirePath(user: Identity, method: string, path: string): void {
    const verb = method.toLowerCase();
    if (this.allowsPath(user, verb, path)) return;
    throw new ApiError(403, 'Forbidden', `forbidden: User "${user.name}" cannot ${verb} path "${path}"`, {});
  }

  /** Health and version are open to all, discovery to everybody known, the rest by RBAC. */
  allowsPath(user: Identity, verb: string, path: string): boolean {
    if (user.groups.includes(adminGroup)) return true;
    const rules = [...everybodysPaths(user), ...this.rulesOf(user)];
    return rules.some((rule) => matches(rule.verbs, verb) && rule.nonResourceURLs.some((url) => covers(url, path)));
  }

  allows(user: Identity, target: Target): boolean {
    if (user.groups.includes(adminGroup)) return true;
    if (isSelfReview(target) && user.groups.includes('system:authenticated')) return true;
    if ((this.#rules.get(user.name) ?? []).some((rule) => ruleAllows(rule, target))) return true;
    return this.rulesOf(user, target.namespace).some((rule) => policyAllows(rule, target));
  }

  /** The RBAC rules that hold for an identity, cluster-wide and in a namespace. */
  rulesOf(user: Identity, namespace?: string): PolicyRule[] {
    const bindings = this.#storage.list(`${rbac}/clusterrolebindings`);
    if (namespace !== undefined) bindings.push(...this.#storage.list(`${rbac}/rolebindings`, namespace));
    return bindings.filter((binding) => binds(binding, user)).flatMap((binding) => this.#rulesOfRole(binding));
  }

  /** The simple rules of an identity as RBAC writes them. */
  simpleRulesOf(user: Identity, namespace: string): PolicyRule[] {
    return (this.#rules.get(user.name) ?? [])
      .filter((rule) => matches(rule.namespaces ?? ['*'], namespace))
      .map((rule) => ({
        verbs: rule.verbs ?? ['*'],
        apiGroups: rule.groups ?? ['*'],
        resources: rule.resources ?? ['*'],
        resourceNames: rule.names ?? [],
        nonResourceURLs: [],
      }));
  }

  #rulesOfRole(binding: KubeObject): PolicyRule[] {
    const name = asString(at(binding, 'roleRef', 'name'));
    const isClusterRole = at(binding, 'roleRef', 'kind') === 'ClusterRole';
    if (isClusterRole && name === 'cluster-admin') {
      return [
        policyRule({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }),
        policyRule({ verbs: ['*'], nonResourceURLs: ['*'] }),
      ];
    }
    const role = isClusterRole
      ? this.#storage.get(`${rbac}/clusterroles`, undefined, name)
      : this.#storage.get(`${rbac}/roles`, binding.metadata.namespace, name);
    return asArray(role?.['rules']).map(policyRule);
  }
}

function policyRule(value: Json): PolicyRule {
  const strings = (key: string) => asArray(at(value, key)).map(asString);
  return {
    verbs: strings('verbs'),
    apiGroups: strings('apiGroups'),
    resources: strings('resources'),
    resourceNames: strings('resourceNames'),
    nonResourceURLs: strings('nonResourceURLs'),
  };
}

function matches(list: string[], wanted: string): boolean {
  return list.includes('*') || list.includes(wanted);
}

const publicPaths = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const discoveryPaths = [
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/healthz',
  '/livez',
  '/openapi',
  '/openapi/*',
  '/readyz',
  '/version',
  '/version/',
];

/** What system:public-info-viewer and system:discovery give. */
export function everybodysPaths(user: Identity): PolicyRule[] {
  const rule = (nonResourceURLs: string[]) => ({
    verbs: ['get'],
    apiGroups: [],
    resources: [],
    resourceNames: [],
    nonResourceURLs,
  });
  return user.groups.includes('system:authenticated') ? [rule(publicPaths), rule(discoveryPaths)] : [rule(publicPaths)];
}

function covers(url: string, path: string): boolean {
  return url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1)));
}

function isSelfReview(target: Target): boolean {
  const isOfSelf = target.plural.startsWith('selfsubject') && target.verb === 'create';
  return isOfSelf && ['authorization.k8s.io', 'authentication.k8s.io'].includes(target.group);
}

function resourceName({ plural, subresource }: Target): string {
  return subresource === undefined ? plural : `${plural}/${subresource}`;
}

function policyAllows(rule: PolicyRule, target: Target): boolean {
  const { verb, group, name, subresource } = target;
  const resources = subresource === undefined ? [resourceName(target)] : [resourceName(target), `*/${subresource}`];
  const names = rule.resourceNames;
  return (
    matches(rule.verbs, verb) &&
    matches(rule.apiGroups, group) &&
    resources.some((resource) => matches(rule.resources, resource)) &&
    (names.length === 0 || (name !== undefined && names.includes(name)))
  );
}

function ruleAllows(rule: AllowRule, target: Target): boolean {
  const inNamespace = rule.namespaces === undefined || matches(rule.namespaces, target.namespace ?? '');
  return (
    inNamespace &&
    policyAllows(
      {
        verbs: rule.verbs ?? ['*'],
        apiGroups: rule.groups ?? ['*'],
        resources: rule.resources ?? ['*'],
        resourceNames: rule.names?.includes('*') ? [] : (rule.names ?? []),
        nonResourceURLs: [],
      },
      target,
    )
  );
}

function binds(binding: KubeObject, user: Identity): boolean {
  return asArray(binding['subjects'])
    .filter(isObject)
    .some((subject) => {
      const name = asString(subject['name']);
      switch (subject['kind']) {
        case 'User':
          return name === user.name;
        case 'Group':
          return user.groups.includes(name);
        default:
          return user.name === `system:serviceaccount:${asString(subject['namespace'])}:${name}`;
      }
    });
}
