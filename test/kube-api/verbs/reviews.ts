import { decodeBody } from '../body.ts';
import type { Cluster } from '../cluster.ts';
import { timestamp } from '../cluster.ts';
import { everybodysPaths } from '../identity/authorization.ts';
import { serviceAccountIdentity } from '../identity/identity.ts';
import { asObject, asString, at, isObject, type JsonObject } from '../json.ts';
import { serviceAccountKind } from '../kinds/core.ts';
import type { ApiRequest } from '../request.ts';
import { notFound, notImplemented } from '../status.ts';

/** POST of a SelfSubjectAccessReview: whether the caller may. */
export function accessReview(cluster: Cluster, request: ApiRequest): JsonObject {
  const body = decodeBody(request.body, request.headers['content-type'], 'SelfSubjectAccessReview');
  const isAllowed = mayDo(cluster, request, asObject(body['spec']));
  return {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: { creationTimestamp: null },
    spec: asObject(body['spec']),
    status: { allowed: isAllowed },
  };
}

function mayDo({ authorization }: Cluster, { user }: ApiRequest, spec: JsonObject): boolean {
  const path = spec['nonResourceAttributes'];
  if (isObject(path)) return authorization.allowsPath(user, asString(path['verb']), asString(path['path']));
  const wanted = asObject(spec['resourceAttributes']);
  return authorization.allows(user, {
    verb: asString(wanted['verb']),
    group: asString(wanted['group']),
    version: asString(wanted['version']),
    plural: asString(wanted['resource']),
    namespace: asString(wanted['namespace']) || undefined,
    name: asString(wanted['name']) || undefined,
    subresource: asString(wanted['subresource']) || undefined,
  });
}

/** POST of a SelfSubjectReview: who the caller is. */
export function subjectReview({ user }: ApiRequest): JsonObject {
  const { name: username, groups, uid } = user;
  return {
    kind: 'SelfSubjectReview',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { creationTimestamp: null },
    status: { userInfo: { username, ...(uid ? { uid } : {}), groups } },
  };
}

/** POST of a SelfSubjectRulesReview: what the caller may do in a namespace. */
export function rulesReview(cluster: Cluster, request: ApiRequest): JsonObject {
  const body = decodeBody(request.body, request.headers['content-type'], 'SelfSubjectRulesReview');
  const namespace = asString(at(body, 'spec', 'namespace'));
  const { authorization } = cluster;
  const isAdmin = request.user.groups.includes('system:masters');
  const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  const selfReviews = {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  };
  const subjectReviews = {
    verbs: ['create'],
    apiGroups: ['authentication.k8s.io'],
    resources: ['selfsubjectreviews'],
  };
  const rules = [
    ...authorization.rulesOf(request.user, namespace),
    ...authorization.simpleRulesOf(request.user, namespace),
  ];
  const resourceRules = rules
    .filter((rule) => rule.resources.length > 0)
    .map(({ verbs, apiGroups, resources, resourceNames }) => ({
      verbs,
      apiGroups,
      resources,
      ...(resourceNames.length > 0 ? { resourceNames } : {}),
    }));
  const everywhere = { verbs: ['*'], nonResourceURLs: ['*'] };
  const nonResourceRules = [
    ...everybodysPaths(request.user),
    ...rules.filter((rule) => rule.nonResourceURLs.length > 0),
  ]
    .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs }))
    .concat(isAdmin ? [everywhere] : []);
  return {
    kind: 'SelfSubjectRulesReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: { creationTimestamp: null },
    spec: {},
    status: {
      resourceRules: isAdmin
        ? [everything, selfReviews, subjectReviews]
        : [...resourceRules, selfReviews, subjectReviews],
      nonResourceRules,
      incomplete: false,
    },
  };
}

/** POST to serviceaccounts/NAME/token: an opaque token that this server takes for the ServiceAccount. */
export function tokenRequest(cluster: Cluster, request: ApiRequest): JsonObject {
  const { namespace = '', name = '' } = request.target ?? {};
  const account = cluster.storage.get(serviceAccountKind.storedAs, namespace, name);
  if (account === undefined) throw notFound({ kind: 'serviceaccounts', name });
  const body = decodeBody(request.body, request.headers['content-type'], 'TokenRequest');
  if (at(body, 'spec', 'boundObjectRef')) throw notImplemented('tokens bound to objects');
  const seconds = Number(at(body, 'spec', 'expirationSeconds') ?? 3600);
  const identity = serviceAccountIdentity(namespace, name, account.metadata.uid);
  const token = cluster.authentication.issue(identity, seconds * 1000);
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { creationTimestamp: null },
    spec: { audiences: ['https://kubernetes.default.svc'], expirationSeconds: seconds, boundObjectRef: null },
    status: { token, expirationTimestamp: timestamp(new Date(cluster.now().getTime() + seconds * 1000)) },
  };
}
