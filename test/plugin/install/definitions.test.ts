import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CUSTOM_RESOURCE_DEFINITION, type KubeObject } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { type DefinitionFacts, planDefinition } from '../../../plugin/install/definitions.ts';
import { readCrds } from '../../cluster/crds.ts';
import { assertExit } from '../assert-exit.ts';
import { SIDECAR, startCluster } from './target-cluster.ts';

const CONNECTIONS = { kind: CUSTOM_RESOURCE_DEFINITION, name: 'compassconnections.compass.kyma-project.io' };

test('a definition that is there stays as it is, and it is said whether its status is a subresource', async (t) => {
  for (const [crds, says] of [
    ['field', /kept: .*its status is no subresource/],
    ['field-with-status', /kept: .*its status is a subresource/],
  ] as const) {
    const { cluster, plugin } = await startCluster(t, crds);
    const before = await cluster.get<KubeObject>(CONNECTIONS);
    const { code, stdout, stderr } = await plugin('install', '--no-wait');
    assert.equal(code, 0, stderr);
    assert.match(stdout, says);
    assert.deepEqual(await cluster.get<KubeObject>(CONNECTIONS), before);
  }
});

test('who made a definition is said, which is not the API server that writes its status', async () => {
  const [ours] = (await readCrds('ours')) as readonly DefinitionFacts['ours'][];
  assert.ok(ours);
  // As a server of 1.20 has it: the field of a subresource is not said to be one.
  const managedFields = [{ manager: 'kube-apiserver' }, { manager: 'kubectl-create' }];
  const present = { ...ours, metadata: { ...ours.metadata, managedFields } };
  const facts = { kind: COMPASS_CONNECTION, ours, isServed: true, hasStatus: false };
  assert.match(planDefinition({ ...facts, present, mayBeRead: true }, 'keep').text, /^made by kubectl-create; /);
});

test('--crds=replace puts ours in its place, once it is confirmed what that costs', async (t) => {
  const { cluster, plugin } = await startCluster(t, 'field-with-status');
  const refused = await plugin('install', '--no-wait', '--crds=replace');
  assertExit(refused, 'install', 7);
  assert.match(refused.stderr, /the status of compassconnections\S+ is no subresource any more/);
  assert.equal(await cluster.find(SIDECAR), undefined);

  const { code, stdout, stderr } = await plugin('install', '--no-wait', '--crds=replace', '--yes');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /compassconnections\.compass\.kyma-project\.io replaced/);
  interface Definition extends KubeObject {
    readonly spec: { readonly versions: readonly { readonly subresources?: object; readonly schema: object }[] };
  }
  const { spec } = await cluster.get<Definition>(CONNECTIONS);
  const ours = (await readCrds('ours')).find(({ metadata }) => metadata.name === CONNECTIONS.name) as Definition;
  assert.deepEqual(spec.versions[0]?.subresources ?? {}, {});
  assert.deepEqual(spec.versions[0]?.schema, ours.spec.versions[0]?.schema);
});

test('a definition that does not serve our version is said to be in the way', async (t) => {
  const { cluster, plugin } = await startCluster(t);
  const [, definition] = await readCrds('ours');
  const { spec } = definition as KubeObject & { readonly spec: { readonly versions: readonly object[] } };
  const versions = spec.versions.map((version) => ({ ...version, name: 'v1' }));
  await cluster.create(CUSTOM_RESOURCE_DEFINITION, { ...definition, spec: { ...spec, versions } } as KubeObject);
  const { code, stderr } = await plugin('install', '--no-wait');
  assert.equal(code, 3, stderr);
  assert.match(stderr, /does not serve compass\.kyma-project\.io\/v1alpha1 \(--crds=replace puts ours in its place\)/);
});
