import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { NAMESPACE } from '#common/cluster/objects.ts';
import { NO_KUBECTL } from '../../cluster/kubectl.ts';
import type { Client } from '../../cluster/start-test-cluster.ts';
import { install } from './install.ts';

/** What the sidecar's ServiceAccount may do beyond any other, one right a line. A change of it is a change of this file. */
const GOLDEN = new URL('rights.golden', import.meta.url);

/** Those that the manifests name, one that they do not, and where the secrets of others are. */
const NAMESPACES = ['compass-system', 'kyma-system', 'istio-system', 'default', 'kube-system', 'elsewhere'];

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

interface RulesReview {
  readonly status: {
    readonly resourceRules: readonly Rule[];
    readonly nonResourceRules: readonly Rule[];
    readonly incomplete: boolean;
  };
}

/** Each right that a SelfSubjectRulesReview names for a namespace, as `verb resource.group name`. */
async function rightsIn(namespace: string, { cluster }: Client): Promise<readonly string[]> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } };
  const { status } = await cluster.post<RulesReview>('/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', body);
  assert.equal(status.incomplete, false, 'the server knows of rules that it does not name');
  const paths = status.nonResourceRules.flatMap(({ verbs, nonResourceURLs = [] }) => combine(verbs, nonResourceURLs));
  return [...new Set([...status.resourceRules.flatMap(rightsOf), ...paths])];
}

function rightsOf({ verbs, apiGroups = [], resources = [], resourceNames = ['*'] }: Rule): string[] {
  const kinds = apiGroups.flatMap((group) =>
    resources.map((resource) => (group === '' ? resource : `${resource}.${group}`)),
  );
  return combine(combine(verbs, kinds), resourceNames);
}

function combine(first: readonly string[], second: readonly string[]): string[] {
  return first.flatMap((one) => second.map((other) => `${one} ${other}`));
}

/** What `ours` may and `theirs` may not, with the namespace before it, `*` where it holds in each of them. */
async function excess(ours: Client, theirs: Client): Promise<string[]> {
  const reviews = await Promise.all(
    NAMESPACES.map(async (namespace) => {
      const [mine, anybodys] = await Promise.all([rightsIn(namespace, ours), rightsIn(namespace, theirs)]);
      return { namespace, rights: mine.filter((right) => !anybodys.includes(right)) };
    }),
  );
  const isEverywhere = (right: string) => reviews.every(({ rights }) => rights.includes(right));
  const lines = reviews.flatMap(({ namespace, rights }) =>
    rights.map((right) => `${isEverywhere(right) ? '*' : namespace}: ${right}`),
  );
  return [...new Set(lines)].toSorted();
}

test('S8, S10: the ServiceAccount may do what the golden list says, and nothing else that others may not', {
  skip: NO_KUBECTL,
}, async (t) => {
  const { admin, sidecar } = await install(t, 'none');
  for (const name of ['elsewhere', 'kube-system']) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    if (!(await admin.cluster.find({ kind: NAMESPACE, name }))) await admin.cluster.create(NAMESPACE, namespace);
  }
  const { code, stderr } = await admin.kubectl(['create', 'serviceaccount', 'fresh', '-n', 'elsewhere']);
  assert.equal(code, 0, stderr);
  const fresh = await admin.asServiceAccount('elsewhere', 'fresh');
  assert.deepEqual(await excess(sidecar, fresh), (await readFile(GOLDEN, 'utf8')).trim().split('\n'));
});
