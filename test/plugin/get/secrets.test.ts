import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HIDDEN, ORDERS_SECRET } from './landscape.ts';
import { getWith, withLandscape } from './scene.ts';

describe('get secrets', () => {
  test('shows age, rotation and fingerprint of each, and never asks for a value', async (t) => {
    const { run, cluster } = await withLandscape(t);
    const before = cluster.embedded?.requests().length ?? 0;
    for (const format of ['', ' -o wide', ' -o json', ' -o yaml']) {
      const { stdout, stderr } = await run(`secrets${format}`);
      assert.ok(!`${stdout}${stderr}`.includes(Buffer.from(HIDDEN).toString('base64')), format);
    }
    const requests = (cluster.embedded?.requests() ?? []).slice(before);
    const ofSecrets = requests.filter(({ path }) => path.includes('/secrets'));
    assert.ok(ofSecrets.every(({ accept }) => accept.includes('as=PartialObjectMetadataList')));
    const { stdout } = await run('secrets -o wide');
    assert.match(
      stdout,
      new RegExp(`^${ORDERS_SECRET} +present +3d +\\d+s +orders +credentials +OAuth +(f00d){8} `, 'm'),
    );
    assert.match(stdout, /^leaving-\S+ +missing +- +- +leaving +credentials +OAuth +- /m);
  });

  test('selects by the labels of the Secrets', async (t) => {
    const { run } = await withLandscape(t);
    assert.equal((await run('secrets -l app=orders -o name')).stdout, `secret/${ORDERS_SECRET}\n`);
    assert.equal((await run(`secret ${ORDERS_SECRET} -o jsonpath={.rotatedAt}`)).stdout.length, 20);
  });

  test('says "not permitted" to whoever may not list them, and how to ask for it', async (t) => {
    const { cluster } = await withLandscape(t);
    const viewer = await cluster.as({ name: 'viewer', groups: [] });
    const rule = (apiGroups: string[], resources: string[]) => ({
      apiGroups,
      resources,
      verbs: ['get', 'list', 'watch'],
    });
    await cluster.request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', {
      body: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'viewer' },
        rules: [
          rule(['applicationconnector.kyma-project.io'], ['applications']),
          rule(['compass.kyma-project.io'], ['compassconnections']),
          rule([''], ['configmaps']),
        ],
      },
    });
    await cluster.request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      body: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'viewer' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'viewer' },
        subjects: [{ kind: 'User', name: 'viewer', apiGroup: 'rbac.authorization.k8s.io' }],
      },
    });
    const run = getWith(viewer.kubeconfigPath);
    const { code, stdout, stderr } = await run('secrets');
    assert.equal(code, 0);
    assert.match(stdout, /^orders-\S+ +not permitted +- +-$/m);
    assert.match(
      stderr,
      /not permitted: list secrets in namespace kyma-system; ask: kubectl auth can-i list secrets -n kyma-system/,
    );
    const elsewhere = await run('secrets --context test --user user');
    assert.match(elsewhere.stderr, /ask: kubectl auth can-i list secrets -n kyma-system --context test --user user\n/);
    assert.equal((await run('secrets -l app=orders')).code, 4);
    assert.match((await run('apps -o wide')).stdout, /^orders .* not permitted +not permitted$/m);
  });
});
