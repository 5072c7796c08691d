import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { KubeObject } from '#common/cluster/objects.ts';
import { VALUES_ANNOTATION } from '../../../plugin/install/kept-values.ts';
import { definitionObjects, installationObjects } from '../../../plugin/install/manifests.ts';
import { DEFAULT_VALUES } from '../../../plugin/install/values.ts';
import { byName } from '../../chart/compare.ts';
import { NO_KUBECTL } from '../../cluster/kubectl.ts';
import { DEPLOY_FOLDER, renderKustomization } from '../../sidecar/deploy/render.ts';
import { runHere } from '../run-plugin.ts';

/** What `kubectl compass install --generate` prints, without the note of what was set, by which an upgrade keeps it. */
async function generate(...sets: readonly string[]): Promise<readonly KubeObject[]> {
  const args = ['install', '--generate', '-o', 'json', ...sets.flatMap((set) => ['--set', set])];
  const { code, stdout, stderr } = await runHere(args, { KUBECONFIG: '/nowhere' });
  assert.equal(code, 0, stderr);
  const { items } = JSON.parse(stdout) as { readonly items: readonly KubeObject[] };
  return items.map((object) => {
    const { [VALUES_ANNOTATION]: kept, ...annotations } = object.metadata.annotations ?? {};
    if (kept === undefined) return object;
    const { annotations: _, ...metadata } = object.metadata;
    return { ...object, metadata: { ...metadata, ...(Object.keys(annotations).length > 0 && { annotations }) } };
  });
}

/** What kubectl makes of somebody's own kustomization over sidecar/deploy. */
async function overlay(t: TestContext, kustomization: (here: string) => object): Promise<readonly KubeObject[]> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-overlay-'));
  t.after(() => rm(folder, { recursive: true }));
  const head = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' };
  const own = kustomization(relative(folder, DEPLOY_FOLDER));
  await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify({ ...head, ...own }));
  return renderKustomization(folder);
}

describe('what is installed', () => {
  test('is what kubectl kustomize makes of sidecar/deploy', { skip: NO_KUBECTL }, async () => {
    const base = byName(await renderKustomization());
    assert.deepEqual(byName(installationObjects(DEFAULT_VALUES)), base);
    assert.deepEqual(byName(await generate()), base);
    assert.deepEqual(byName(definitionObjects()), byName(await renderKustomization(`${DEPLOY_FOLDER}/crds`)));
  });

  for (const [sets, components] of [
    [['istioCa=true'], ['istio-ca']],
    [['networkPolicy=true'], ['network-policy']],
    [
      ['istioCa=true', 'networkPolicy=true'],
      ['istio-ca', 'network-policy'],
    ],
  ] as const) {
    test(`with ${sets.join(' and ')} is what kubectl kustomize makes with ${components.join(' and ')}`, {
      skip: NO_KUBECTL,
    }, async (t) => {
      const kustomized = await overlay(t, (here) => ({
        resources: [here],
        components: components.map((component) => `${here}/components/${component}`),
      }));
      assert.deepEqual(byName(await generate(...sets)), byName(kustomized));
    });
  }

  test('with an image and replicas is what kubectl kustomize makes with these', { skip: NO_KUBECTL }, async (t) => {
    const kustomized = await overlay(t, (here) => ({
      resources: [here],
      images: [{ name: 'compass-sidecar', newName: 'registry.example.com/compass-sidecar', newTag: '1.2.3' }],
      replicas: [{ name: 'compass-sidecar', count: 2 }],
    }));
    const installed = await generate('image=registry.example.com/compass-sidecar:1.2.3', 'replicas=2');
    assert.deepEqual(byName(installed), byName(kustomized));
  });

  test('begins with what the rest needs, and ends with what runs', () => {
    const kinds = installationObjects({ ...DEFAULT_VALUES, istioCa: true, networkPolicy: true }).map(
      ({ kind }) => kind,
    );
    assert.deepEqual(
      [kinds[0], kinds[1], kinds.at(-2), kinds.at(-1)],
      ['Namespace', 'ServiceAccount', 'NetworkPolicy', 'Deployment'],
    );
  });
});
