import assert from 'node:assert/strict';
import { test } from 'node:test';
import { may, somebodyWith } from '../grant.ts';
import { runHere } from '../run-plugin.ts';
import { clusterScene } from './cluster-scene.ts';

const CONNECTIONS = 'compass.kyma-project.io/compassconnections';

test('cert revoke takes no report that it may not read for none: exit code 4', async (t) => {
  const { cluster } = await clusterScene(t, { report: {} });
  const env = { KUBECONFIG: await somebodyWith(cluster, [may('get list patch', CONNECTIONS)]) };
  const { code, stderr } = await runHere(['cert', 'revoke', '--yes'], env);
  assert.equal(code, 4, stderr);
  assert.match(stderr, /not permitted: get configmaps in namespace compass-system/);
  assert.match(stderr, /next: kubectl auth can-i get configmaps -n compass-system/);
});

test('cert show leaves out a chain and a CA that it may not read, in place of empty ones', async (t) => {
  const { cluster } = await clusterScene(t, { report: {} });
  const env = {
    KUBECONFIG: await somebodyWith(cluster, [may('get list', CONNECTIONS), may('get list', 'configmaps')]),
  };
  const { code, stdout } = await runHere(['cert', 'show', '--chain', '--ca', '-o', 'json'], env);
  assert.equal(code, 0);
  const { chain, ca, notPermitted } = JSON.parse(stdout);
  assert.deepEqual([chain, ca, notPermitted.length], [undefined, undefined, 2]);
  const shown = await runHere(['cert', 'show', '--chain', '--ca'], env);
  assert.doesNotMatch(shown.stdout, /^(?:Chain|CA)\b/m);
  assert.match(shown.stdout, /not permitted: get secrets\/ca-certificates/);
});
