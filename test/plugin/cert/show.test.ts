import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { suite, test } from 'node:test';
import { SECRET } from '#common/cluster/objects.ts';
import { conform } from '#common/resources/conform.ts';
import { fetchSources } from '../../../plugin/cert/fetch-sources.ts';
import { formatSources } from '../../../plugin/cert/show-view.ts';
import { paint } from '../../../plugin/output/colour.ts';
import { symbolsFor } from '../../../plugin/output/symbols.ts';
import { CERTIFICATE_COMPARISON_SCHEMA } from '../../../plugin/schemas/certificate-comparison.ts';
import { issueRoot } from '../../common/pki/authority.ts';
import { assertExit } from '../assert-exit.ts';
import { runHere, runPlugin } from '../run-plugin.ts';
import { CLIENT_ID, clusterScene } from './cluster-scene.ts';

suite('cert show', () => {
  test('has status, Secret and wire side by side, with the fingerprint that OpenSSL prints', async (t) => {
    const { env, leafPem } = await clusterScene(t, { report: {} });
    const { code, stdout } = await runHere(['cert', 'show'], env);
    const { fingerprint256 } = new X509Certificate(leafPem);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^CERTIFICATE +STATUS +SECRET +WIRE\nsubject CN +- +${CLIENT_ID} +${CLIENT_ID}\n`));
    assert.match(stdout, new RegExp(`^SHA-256 +- +${fingerprint256} +same as stored$`, 'm'));
    assert.match(stdout, /^issuer +CN=Client CA$/m);
  });

  test('fits a terminal of 80 columns, with what is longer below', async (t) => {
    const { cluster, leafPem } = await clusterScene(t, { report: {} });
    const sources = await fetchSources(cluster.cluster, { withCa: true });
    const style = { paint: paint(false), symbols: symbolsFor(true, {}, 'linux') };
    const view = { ...style, now: Date.now(), withChain: true, width: 80, differences: [] };
    const shown = formatSources(sources, view);
    for (const line of shown.split('\n')) assert.ok(line.length <= 80, line);
    const [grid = '', below = ''] = shown.split('\n\n');
    assert.match(grid, /^SHA-256 +- +([0-9A-F]{2}:)+.* +same as stored$/m);
    // Rows that end in a colon go on below.
    assert.ok(below.replaceAll(/:\n +/g, ':').includes(new X509Certificate(leafPem).fingerprint256));
    assert.ok(below.includes(CLIENT_ID));
    const piped = formatSources(sources, { ...view, width: undefined });
    assert.ok(piped.includes(`\nSHA-256     ${new X509Certificate(leafPem).fingerprint256}\n`));
  });

  test('says where they differ, with exit code 1 in every format', async (t) => {
    const { env } = await clusterScene(t, { report: {}, inUse: 'keyed-b' });
    const shown = await runPlugin(['cert', 'show'], env);
    assertExit(shown, 'cert show', 1);
    assert.match(shown.stdout, /^✗ the sidecar presents another certificate than the one that is stored$/m);
    const json = await runHere(['cert', 'inspect', '-o', 'json', '--chain', '--ca'], env);
    assert.equal(json.code, 1);
    const document = JSON.parse(json.stdout);
    assert.deepEqual(conform(CERTIFICATE_COMPARISON_SCHEMA, document), document);
    const { error, sources, chain, ca } = document;
    assert.equal(error.code, 'CMP0615');
    assert.equal(sources.wire.sameAsStored, false);
    assert.deepEqual([chain.length, ca.length], [2, 1]);
  });

  test('prints certificates and never the key as PEM', async (t) => {
    const { env, leafPem, rootPem, keyPem } = await clusterScene(t, { report: {} });
    const run = async (...args: string[]) => (await runHere(['cert', 'show', ...args], env)).stdout;
    assert.equal(await run('--pem'), leafPem);
    assert.equal(await run('-o', 'pem', '--chain'), leafPem + rootPem);
    assert.equal(await run('--pem', '--ca'), rootPem);
    const everything = (await run('--chain', '--ca')) + (await run('-o', 'yaml', '--chain', '--ca'));
    assert.ok(!everything.includes(keyPem.split('\n')[1] ?? ''));
  });

  test('says what may not be read, and shows the rest', async (t) => {
    const { cluster } = await clusterScene(t, { report: {} });
    const rights = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'viewer' } };
    const rules = [
      { apiGroups: ['compass.kyma-project.io'], resources: ['compassconnections'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] },
    ];
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    await cluster.cluster.post(`${rbac}/clusterroles`, { ...rights, kind: 'ClusterRole', rules });
    await cluster.cluster.post(`${rbac}/clusterrolebindings`, {
      ...rights,
      kind: 'ClusterRoleBinding',
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'viewer' },
      subjects: [{ kind: 'User', name: 'viewer', apiGroup: 'rbac.authorization.k8s.io' }],
    });
    const viewer = await cluster.as({ name: 'viewer' });
    const env = { KUBECONFIG: viewer.kubeconfigPath };
    const { code, stdout } = await runHere(['cert', 'show'], env);
    assert.equal(code, 0);
    assert.match(stdout, /^subject CN +- +not permitted +[0-9a-f-]+$/m);
    const can = 'kubectl auth can-i get secrets/cluster-client-certificates -n compass-system';
    assert.match(stdout, new RegExp(`^not permitted: get secrets/cluster-client-certificates .*\\n  ${can}$`, 'm'));
    assert.doesNotMatch(stdout, /missing|there is no secret/);
    const pem = await runHere(['cert', 'show', '--pem'], env);
    assert.equal(pem.code, 4);
    assert.ok(pem.stderr.includes(`next: ${can}`));
  });

  test('of another agent compares what there is; without a Secret says so', async (t) => {
    const { env } = await clusterScene(t, { withSecret: false });
    const { code, stdout } = await runHere(['cert', 'show'], env);
    assert.equal(code, 0);
    assert.match(stdout, /^secret +there is no secret compass-system\/cluster-client-certificates$/m);
    assert.match(stdout, /^wire +no sidecar reports$/m);
    assert.equal((await runHere(['cert', 'show', '--pem'], env)).code, 3);
  });

  test('notices a key that is not the one of the certificate', async (t) => {
    const { cluster, env } = await clusterScene(t);
    const key = Buffer.from((await issueRoot('Other')).keyPem).toString('base64');
    const ref = { kind: SECRET, namespace: 'compass-system', name: 'cluster-client-certificates' };
    await cluster.cluster.mergePatch(ref, { data: { key } });
    const { code, stdout } = await runHere(['cert', 'show'], env);
    assert.equal(code, 1);
    assert.match(stdout, /the key in the Secret is not the one of the certificate in it/);
  });
});
