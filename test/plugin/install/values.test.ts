import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '#common/cluster/objects.ts';
import { changesBetween, comparable, overlaid } from '../../../plugin/install/changes.ts';
import type { SidecarDeployment } from '../../../plugin/install/deployment.ts';
import { imageOfVersion, versionOfImage } from '../../../plugin/install/image.ts';
import { valuesOf } from '../../../plugin/install/installed.ts';
import { installationObjects } from '../../../plugin/install/manifests.ts';
import { withSets } from '../../../plugin/install/set-values.ts';
import { DEFAULT_VALUES, type InstallationValues } from '../../../plugin/install/values.ts';

function deploymentOf(values: InstallationValues): SidecarDeployment {
  const deployment = installationObjects(values).find(({ kind }) => kind === 'Deployment');
  assert.ok(deployment);
  return deployment as SidecarDeployment;
}

function keyOf({ kind, metadata: { namespace = '', name } }: KubeObject): string {
  return `${kind} ${namespace}/${name}`;
}

describe('the values of an installation', () => {
  test('are read back from its Deployment, whatever was set', () => {
    const sets = [
      'image=registry.example.com:5000/team/compass-sidecar:1.2.3',
      'imagePullPolicy=Always',
      'imagePullSecrets=one,two',
      'replicas=2',
      'integrationNamespace=apps',
      'connectionName=other',
      'caConfigMap=roots',
      'istioCa=true',
      'networkPolicy=true',
      'resources.limits.cpu=200m',
      'resources.requests.memory=',
      'APP_LOG_LEVEL=debug',
      'NO_PROXY=10.0.0.0/8,.svc',
    ];
    const values = withSets({ ...DEFAULT_VALUES, namespace: 'here' }, sets);
    assert.deepEqual(valuesOf(deploymentOf(values)), values);
    assert.deepEqual(valuesOf(deploymentOf(DEFAULT_VALUES)), DEFAULT_VALUES);
  });

  test('are what the Deployment shows where nothing else kept them', () => {
    const values = withSets(DEFAULT_VALUES, ['APP_INTEGRATION_NAMESPACE=apps', 'APP_KEY_SIZE=2048', 'replicas=3']);
    const deployment = deploymentOf(values);
    const { annotations: _, ...metadata } = deployment.metadata;
    assert.deepEqual(valuesOf({ ...deployment, metadata }), values);
  });

  test('are not taken from an annotation that somebody spoilt, but for what can be used', () => {
    const deployment = deploymentOf(DEFAULT_VALUES);
    for (const [text, expected] of [
      ['no JSON', DEFAULT_VALUES],
      ['[]', DEFAULT_VALUES],
      [
        '{"replicas":"two","settings":[],"namespace":"x","istioCa":true,"other":1}',
        { ...DEFAULT_VALUES, istioCa: true },
      ],
    ] as const) {
      const annotations = { 'compass.kyma-project.io/installation-values': text };
      assert.deepEqual(valuesOf({ ...deployment, metadata: { ...deployment.metadata, annotations } }), expected);
    }
  });

  test('a pause is no value: who scaled it to 0 gets back as many as before', () => {
    const deployment = deploymentOf({ ...DEFAULT_VALUES, replicas: 2 });
    assert.equal(valuesOf({ ...deployment, spec: { ...deployment.spec, replicas: 0 } }).replicas, 2);
    assert.equal(valuesOf({ ...deployment, spec: { ...deployment.spec, replicas: 4 } }).replicas, 4);
  });
});

/** The role that a binding names, and its ServiceAccount; nothing of any other object. */
function boundBy(object: KubeObject): string[] {
  const { metadata, roleRef, subjects = [] } = object as Binding;
  const accounts = subjects.filter(({ kind }) => kind === 'ServiceAccount');
  return [
    ...(roleRef ? [`${roleRef.kind} ${metadata.namespace ?? ''}/${roleRef.name}`] : []),
    ...accounts.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`),
  ];
}

interface Binding extends KubeObject {
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

describe('the objects of an installation', () => {
  test('have no name twice, even where its namespace is that of the Applications', () => {
    const values = { ...DEFAULT_VALUES, namespace: 'kyma-system', istioCa: true, networkPolicy: true };
    const keys = installationObjects(values).map(keyOf);
    assert.deepEqual(keys, [...new Set(keys)]);
  });

  for (const values of [
    DEFAULT_VALUES,
    { ...DEFAULT_VALUES, namespace: 'kyma-system', istioCa: true },
    { ...DEFAULT_VALUES, namespace: 'two', connectionName: 'other', integrationNamespace: 'apps', istioCa: true },
  ]) {
    test(`bind roles that exist to the ServiceAccount that exists: ${values.connectionName} in ${values.namespace}`, () => {
      const objects = installationObjects(values);
      const keys = objects.map(keyOf);
      assert.deepEqual(
        objects.flatMap(boundBy).filter((key) => !keys.includes(key)),
        [],
      );
    });
  }

  test('name the port of the health checks wherever it stands', () => {
    const { metadata, spec } = deploymentOf(withSets(DEFAULT_VALUES, ['APP_HEALTH_PORT=9090'])).spec.template;
    assert.equal(metadata?.annotations?.['prometheus.io/port'], '9090');
    assert.deepEqual(
      spec.containers[0]?.ports?.map(({ containerPort }) => containerPort),
      [9090],
    );
    assert.throws(() => withSets(DEFAULT_VALUES, ['APP_HEALTH_PORT=x']), /must be a port from 1 to 65535/);
  });

  test('mount the roots of a ConfigMap where the sidecar is told to look for them', () => {
    const { spec } = deploymentOf(withSets(DEFAULT_VALUES, ['caConfigMap=roots'])).spec.template;
    assert.ok(spec.volumes?.some((volume) => JSON.stringify(volume).includes('"configMap":{"name":"roots"}')));
    const [container] = spec.containers;
    const mount = container?.volumeMounts?.find((one) => (one as { name: string }).name === 'compass-ca');
    const { mountPath } = mount as { readonly mountPath: string };
    assert.equal(container?.env?.find(({ name }) => name === 'APP_COMPASS_CA_BUNDLE')?.value, `${mountPath}/ca.crt`);
  });
});

describe('an image', () => {
  for (const [image, upgraded, version] of [
    ['compass-sidecar:0.1.0', 'compass-sidecar:2.0.0', '0.1.0'],
    ['registry:5000/a/compass-sidecar:v0.1.0-rc.1', 'registry:5000/a/compass-sidecar:2.0.0', '0.1.0-rc.1'],
    ['registry:5000/a/compass-sidecar', 'registry:5000/a/compass-sidecar', undefined],
    ['compass-sidecar:latest', 'compass-sidecar:latest', undefined],
    ['compass-sidecar:0.1.0@sha256:abc', 'compass-sidecar:0.1.0@sha256:abc', '0.1.0'],
    ['compass-sidecar@sha256:abc', 'compass-sidecar@sha256:abc', undefined],
  ] as const) {
    test(`${image} becomes ${upgraded}`, () => {
      assert.equal(imageOfVersion(image, '2.0.0'), upgraded);
      assert.equal(versionOfImage(image), version);
    });
  }
});

describe('what differs between two objects', () => {
  const container = (image: string, ...env: readonly object[]) => ({
    spec: { containers: [{ name: 'one', image, env }] },
  });

  test('is named by its path, items of lists by their names', () => {
    const before = container('a:1', { name: 'A', value: '1' }, { name: 'B', value: '2' });
    const after = container('a:2', { name: 'B', value: '3' }, { name: 'C', value: '4' });
    assert.deepEqual(changesBetween(before, after), [
      { path: 'spec.containers[one].image', before: 'a:1', after: 'a:2' },
      { path: 'spec.containers[one].env[A]', before: '1', after: undefined },
      { path: 'spec.containers[one].env[B].value', before: '2', after: '3' },
      { path: 'spec.containers[one].env[C]', before: undefined, after: '4' },
    ]);
  });

  test('is nothing that the server writes by itself', () => {
    const object = { metadata: { name: 'x' }, spec: 1 };
    const stored = {
      metadata: { name: 'x', uid: 'u', resourceVersion: '3', generation: 2, managedFields: [] },
      spec: 1,
      status: {},
    };
    assert.deepEqual(changesBetween(comparable(object), comparable(stored)), []);
  });

  test('is guessed without a server by laying the one over the other', () => {
    const stored = { metadata: { name: 'x' }, ...container('a:1', { name: 'A', value: '1' }), filledIn: true };
    const over = { metadata: { name: 'x' }, ...container('a:2', { name: 'B', value: '2' }) };
    assert.deepEqual(overlaid(stored, over), {
      metadata: { name: 'x' },
      ...container('a:2', { name: 'A', value: '1' }, { name: 'B', value: '2' }),
      filledIn: true,
    });
    assert.deepEqual(overlaid({ rules: [{ verbs: ['get'] }] }, { rules: [{ verbs: ['get', 'list'] }] }), {
      rules: [{ verbs: ['get', 'list'] }],
    });
  });
});
