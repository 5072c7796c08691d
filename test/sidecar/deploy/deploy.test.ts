import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import type { KubeObject } from '#common/cluster/objects.ts';
import { ownObjectNames, SIDECAR_LABELS } from '#common/resources/names.ts';
import { VERSION } from '#common/version.ts';
import { readConfig } from '../../../sidecar/config.ts';
import { NO_KUBECTL } from '../../cluster/kubectl.ts';
import { DEPLOY_FOLDER, renderKustomization } from './render.ts';
import { type PodSpec, restrictedViolations } from './restricted.ts';

interface Deployment extends KubeObject {
  readonly spec: {
    readonly replicas: number;
    readonly strategy: object;
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: PodSpec & { readonly terminationGracePeriodSeconds: number };
    };
  };
}

interface Role extends KubeObject {
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

function podOf(objects: readonly KubeObject[]) {
  const deployment = objects.find(({ kind }) => kind === 'Deployment') as Deployment | undefined;
  assert.ok(deployment);
  return deployment.spec.template;
}

const OF_PEOPLE = /^compass-(?:viewer|operator)/;

/** A rule as one line: `namespace: verbs resources/names`. The sidecar's own, unless other roles are meant. */
function rulesOf(objects: readonly KubeObject[], isMeant = (name: string) => !OF_PEOPLE.test(name)): string[] {
  const roles = objects.filter(
    ({ kind, metadata }) => (kind === 'Role' || kind === 'ClusterRole') && isMeant(metadata.name),
  ) as Role[];
  return roles
    .flatMap(({ metadata: { namespace = '*' }, rules }) =>
      rules.map(({ resources, resourceNames = ['*'], verbs }) => {
        return `${namespace}: ${verbs.join(',')} ${resources.join(',')} ${resourceNames.join(',')}`;
      }),
    )
    .toSorted();
}

test('P21: the old Pod goes when the new one is ready, and not before', { skip: NO_KUBECTL }, async () => {
  const objects = await renderKustomization();
  const { spec } = objects.find(({ kind }) => kind === 'Deployment') as Deployment;
  assert.equal(spec.replicas, 1);
  assert.deepEqual(spec.strategy, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } });
});

test('S18: the Pod passes the restricted policy, with a root file system that nobody writes', {
  skip: NO_KUBECTL,
}, async () => {
  const { spec, metadata } = podOf(await renderKustomization());
  assert.deepEqual(restrictedViolations(spec), []);
  assert.ok(spec.containers.every(({ securityContext }) => securityContext?.readOnlyRootFilesystem));
  assert.equal(spec.terminationGracePeriodSeconds, 180);
  for (const [label, value] of Object.entries(SIDECAR_LABELS)) assert.equal(metadata.labels[label], value);
});

test('S18: the checker of the restricted policy refuses root, escalation, capabilities, host paths and host ports', {
  skip: NO_KUBECTL,
}, async () => {
  const { spec } = podOf(await renderKustomization());
  const [container] = spec.containers;
  assert.ok(container);
  const { securityContext } = container;
  const spoilt: readonly PodSpec[] = [
    { ...spec, hostNetwork: true },
    { ...spec, volumes: [{ name: 'v', hostPath: { path: '/' } }] },
    { ...spec, securityContext: { ...spec.securityContext, runAsNonRoot: false } },
    { ...spec, securityContext: { runAsNonRoot: true } },
    { ...spec, containers: [{ ...container, ports: [{ hostPort: 80 }] }] },
    { ...spec, containers: [{ ...container, securityContext: { ...securityContext, privileged: true } }] },
    { ...spec, containers: [{ ...container, securityContext: { ...securityContext, runAsUser: 0 } }] },
    {
      ...spec,
      containers: [{ ...container, securityContext: { ...securityContext, allowPrivilegeEscalation: true } }],
    },
    {
      ...spec,
      containers: [{ ...container, securityContext: { ...securityContext, capabilities: { drop: ['NET_RAW'] } } }],
    },
    { ...spec, initContainers: [{ name: 'init' }] },
  ];
  for (const pod of spoilt) assert.notDeepEqual(restrictedViolations(pod), [], JSON.stringify(pod));
});

test('viewers read no Secret and change nothing; operators ask, and store a token', { skip: NO_KUBECTL }, async () => {
  const objects = await renderKustomization();
  const viewer = rulesOf(objects, (name) => name.startsWith('compass-viewer'));
  assert.ok(viewer.length > 0);
  for (const rule of viewer) assert.doesNotMatch(rule, /[ ,]secrets[ ,]|create|patch|update|delete|\*,|: \*/, rule);
  assert.deepEqual(
    rulesOf(objects, (name) => name.startsWith('compass-operator')),
    [
      '*: patch,delete compassconnections compass-connection',
      'compass-system: create secrets *',
      'compass-system: get,patch secrets compass-agent-configuration',
    ],
  );
});

test('the names in the rights are those that the sidecar uses without settings', { skip: NO_KUBECTL }, async () => {
  const { config } = readConfig({ POD_NAMESPACE: 'compass-system' });
  const rules = rulesOf(await renderKustomization()).join('\n');
  const own = ownObjectNames(config.connectionName);
  for (const name of [...Object.values(own), config.configurationSecret.name, config.clientSecret.name]) {
    assert.match(rules, new RegExp(`^${config.configurationSecret.namespace}: .* ${name}$`, 'm'));
  }
  assert.match(rules, new RegExp(`^${config.integrationNamespace}: `, 'm'));
});

test('the image carries the version that the manifests belong to', { skip: NO_KUBECTL }, async () => {
  const { spec } = podOf(await renderKustomization());
  assert.deepEqual(
    spec.containers.map(({ image }) => image),
    [`compass-sidecar:${VERSION}`],
  );
});

test('the components add the right on the CA Secret and the network policy, and the definitions are apart', {
  skip: NO_KUBECTL,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'compass-overlay-'));
  t.after(() => rm(folder, { recursive: true }));
  const here = relative(folder, DEPLOY_FOLDER);
  const overlay = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [here],
    components: [`${here}/components/istio-ca`, `${here}/components/network-policy`],
  };
  await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(overlay));
  const objects = await renderKustomization(folder);
  assert.deepEqual(
    rulesOf(objects).filter((rule) => rule.startsWith('istio-system')),
    ['istio-system: create secrets *', 'istio-system: get,patch secrets ca-certificates'],
  );
  assert.ok(objects.some(({ kind }) => kind === 'NetworkPolicy'));
  assert.ok(objects.every(({ kind }) => kind !== 'CustomResourceDefinition'));
  const definitions = await renderKustomization(join(DEPLOY_FOLDER, 'crds'));
  assert.deepEqual(
    definitions.map(({ kind }) => kind),
    ['CustomResourceDefinition', 'CustomResourceDefinition'],
  );
});
