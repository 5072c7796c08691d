import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepersOf } from '../../../plugin/migrate/managed-by.ts';

const metadata = { name: 'compass-runtime-agent' };

for (const [title, marks, expected] of [
  ['nobody', { labels: { app: 'compass-runtime-agent' } }, []],
  ['Helm 3', { annotations: { 'meta.helm.sh/release-name': 'cra' } }, [['Helm', 'cra']]],
  [
    'Helm by the label of the chart',
    { labels: { release: 'compass-runtime-agent' } },
    [['Helm', 'compass-runtime-agent']],
  ],
  [
    'Helm by its own labels',
    { labels: { 'app.kubernetes.io/managed-by': 'Helm', 'app.kubernetes.io/instance': 'agent' } },
    [['Helm', 'agent']],
  ],
  [
    'Helm, named once where a chart has both marks',
    { labels: { heritage: 'Helm', release: 'cra' }, annotations: { 'meta.helm.sh/release-name': 'cra' } },
    [['Helm', 'cra']],
  ],
  [
    'Argo CD',
    { annotations: { 'argocd.argoproj.io/tracking-id': 'kyma:apps/Deployment:x' } },
    [['Argo CD', 'kyma:apps/Deployment:x']],
  ],
  ['Flux', { labels: { 'kustomize.toolkit.fluxcd.io/name': 'kyma' } }, [['Flux', 'kyma']]],
  [
    'Flux, which runs Helm itself',
    { labels: { 'helm.toolkit.fluxcd.io/name': 'cra', heritage: 'Helm', release: 'cra' } },
    [['Flux', 'cra']],
  ],
  ['OLM', { labels: { 'olm.owner': 'agent.v1' } }, [['OLM', 'agent.v1']]],
  ['Kyma', { labels: { 'reconciler.kyma-project.io/managed-by': 'reconciler' } }, [['Kyma', 'reconciler']]],
  [
    'an owner',
    {
      ownerReferences: [
        { apiVersion: 'operator.kyma-project.io/v1', kind: 'ApplicationConnector', name: 'default', uid: 'u' },
      ],
    },
    [['ApplicationConnector', 'default']],
  ],
] as const) {
  test(`who may scale it up again: ${title}`, () => {
    const found = keepersOf({ ...metadata, ...marks });
    assert.deepEqual(
      found.map(({ by, what }) => [by, what]),
      expected,
    );
    for (const { comesBack } of found) assert.match(comesBack, /scale.* up again/);
  });
}
