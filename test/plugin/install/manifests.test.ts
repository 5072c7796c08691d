import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '#common/cluster/objects.ts';
import { definitionObjects, installationObjects } from '../../../plugin/install/manifests.ts';
import { DEFAULT_VALUES } from '../../../plugin/install/values.ts';
import { NO_KUBECTL } from '../../cluster/kubectl.ts';
import { DEPLOY_FOLDER, renderKustomization } from '../../sidecar/deploy/render.ts';

function byName(objects: readonly KubeObject[]): Record<string, KubeObject> {
  return Object.fromEntries(
    objects.map((object) => {
      const { namespace = '', name } = object.metadata;
      return [`${object.kind} ${namespace}/${name}`, JSON.parse(JSON.stringify(object)) as KubeObject];
    }),
  );
}

describe('what is installed', () => {
  test('is what kubectl kustomize makes of sidecar/deploy', { skip: NO_KUBECTL }, async () => {
    assert.deepEqual(byName(installationObjects(DEFAULT_VALUES)), byName(await renderKustomization()));
    assert.deepEqual(byName(definitionObjects()), byName(await renderKustomization(`${DEPLOY_FOLDER}/crds`)));
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
