import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CUSTOM_RESOURCE_DEFINITION, DEPLOYMENT, SECRET } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import type { Deployment } from '../../../plugin/migrate/workload.ts';
import { AGENT } from '../../journeys/left-by-agent.ts';
import { assertExit } from '../assert-exit.ts';
import { may, somebodyWith } from '../grant.ts';
import { runPlugin } from '../run-plugin.ts';
import { startGround } from './agent-ground.ts';

interface Finding {
  readonly name: string;
  readonly status: string;
  readonly message: string;
}

const saying = (findings: readonly Finding[], status: string) =>
  findings.filter((finding) => finding.status === status).map(({ name, message }) => `${name}: ${message}`);

test('the plan names who may start the agent again, and changes nothing', async (t) => {
  const { cluster, run, plan } = await startGround(t, { labels: { heritage: 'Helm', release: 'cra' } });
  const { document } = await plan();
  assert.ok(
    saying(document.findings, 'warning').some((text) => text.startsWith('managed-by: ') && text.includes('Helm (cra)')),
  );
  const screen = await run();
  assertExit(screen, 'migrate from-agent', 0);
  assert.match(screen.stdout, /^kyma-system\/compass-runtime-agent → compass-system\/compass-sidecar\n/);
  assert.match(screen.stdout, /Settings carried over\n {2}APP_CERT_VALIDITY_RENEWAL_THRESHOLD +0\.3\n/);
  assert.match(screen.stdout, /Not carried over\n(?:.*\n)* {2}- APP_DIRECTOR_PROXY_PORT/);
  assert.match(screen.stdout, /Steps\n {2}1\. install compass-system\/compass-sidecar/);
  assert.deepEqual((await run('-o', 'name')).stdout, 'deployment.apps/compass-runtime-agent\n');
  const found = await cluster.get<Deployment>({
    kind: DEPLOYMENT,
    namespace: 'kyma-system',
    name: AGENT,
  });
  assert.equal(found.spec?.replicas, 1);
});

test('the Secrets are found where older and later releases keep them, and where nothing says so', async (t) => {
  const env = { APP_AGENT_CONFIGURATION_SECRET: undefined, APP_CLUSTER_CERTIFICATES_SECRET: undefined };
  const { plan } = await startGround(t, { namespace: 'compass-system', env });
  const { document } = await plan();
  assert.equal(document.verdict.exitCode, 0);
  assert.ok(
    saying(document.findings, 'ok').some((text) => text.includes('secret compass-system/cluster-client-certificates')),
  );
  assert.equal(document.agent.namespace, 'compass-system');
});

for (const [title, options, expected] of [
  [
    'no client certificate',
    { secrets: ['configuration', 'ca'] },
    /there is no secret kyma-system\/cluster-client-certificates/,
  ],
  ['no configuration', { secrets: ['client', 'ca'] }, /there is no secret kyma-system\/compass-agent-configuration/],
  [
    'a Secret in another place than the agent said',
    { env: { APP_CLUSTER_CERTIFICATES_SECRET: 'elsewhere' } },
    /there is no secret default\/elsewhere/,
  ],
] as const) {
  test(`${title} is in the way: the plan exits with 1 and --apply with 7, and nothing is changed`, async (t) => {
    const { cluster, run, plan } = await startGround(t, options);
    const planned = await plan();
    assertExit(await run('-o', 'json'), 'migrate from-agent', 1);
    assert.equal(planned.document.verdict.status, 'Blocked');
    assert.match(planned.document.error.message, expected);
    const applied = await run('--apply', '--yes');
    assertExit(applied, 'migrate from-agent', 7);
    assert.match(applied.stderr, expected);
    assert.match(applied.stderr, /CMP0420 MigrationBlocked; next: kubectl /);
    assert.equal(
      await cluster.find({ kind: DEPLOYMENT, namespace: 'compass-system', name: 'compass-sidecar' }),
      undefined,
    );
  });
}

test('a missing CA is warned about, and a certificate without its key is in the way', async (t) => {
  const { cluster, plan } = await startGround(t, { secrets: ['configuration', 'client'] });
  const { document } = await plan();
  assert.ok(saying(document.findings, 'warning').some((text) => text.startsWith('ca: there is no secret')));
  assert.equal(document.verdict.exitCode, 0);
  const client = { kind: SECRET, namespace: 'kyma-system', name: 'cluster-client-certificates' };
  await cluster.mergePatch(client, { data: { key: Buffer.from('no key').toString('base64') } });
  const damaged = await plan();
  assert.match(damaged.document.error.message, /key and certificate are no pair/);
  assert.deepEqual(
    damaged.document.findings.find(({ name }: Finding) => name === 'certificate').reason,
    'InvalidCredential',
  );
});

test('without the CompassConnection nothing says where Compass is, and that is in the way', async (t) => {
  const { cluster, plan } = await startGround(t);
  await cluster.delete({ kind: COMPASS_CONNECTION, name: 'compass-connection' });
  const { document } = await plan();
  assert.match(document.error.message, /there is no CompassConnection compass-connection/);
});

test('under a definition with a status subresource there is no way back, which the plan says beforehand', async (t) => {
  const { cluster, run, plan } = await startGround(t, {}, 'field-with-status');
  const { document } = await plan();
  assert.ok(saying(document.findings, 'warning').some((text) => /status subresource.*no way back/.test(text)));
  const agent = { kind: DEPLOYMENT, namespace: 'kyma-system', name: AGENT };
  await cluster.mergePatch(agent, { spec: { replicas: 0 } });
  const refused = await run('--rollback', '--yes');
  assertExit(refused, 'migrate from-agent', 7);
  assert.match(refused.stderr, /status subresource: the reference agent writes its status through the object/);
  const after = await cluster.get<Deployment>(agent);
  assert.equal(after.spec?.replicas, 0);
  const crd = 'compassconnections.compass.kyma-project.io';
  assert.ok(await cluster.find({ kind: CUSTOM_RESOURCE_DEFINITION, name: crd }));
});

test('where there is no agent it says so, and two of them have to be told apart', async (t) => {
  const { test: server, cluster, run } = await startGround(t);
  const { metadata, ...rest } = await cluster.get({ kind: DEPLOYMENT, namespace: 'kyma-system', name: AGENT });
  const other = { ...rest, metadata: { name: AGENT, namespace: 'compass-system', labels: metadata.labels ?? {} } };
  await cluster.create(DEPLOYMENT, other);
  const two = await run();
  assertExit(two, 'migrate from-agent', 7);
  assert.match(
    two.stderr,
    /more than one .*: compass-system\/compass-runtime-agent, kyma-system\/compass-runtime-agent/,
  );
  assertExit(await run('--agent', 'kyma-system/compass-runtime-agent'), 'migrate from-agent', 0);
  const none = await run('--agent', 'default/compass-runtime-agent');
  assertExit(none, 'migrate from-agent', 3);
  for (const wrong of [
    ['--agent', 'name'],
    ['--apply', '--rollback'],
    ['--plan', '--apply'],
  ])
    assertExit(await run(...wrong), 'migrate from-agent', 2);
  const nobody = await server.as({ name: 'nobody', groups: [] });
  const denied = await runPlugin(['migrate', 'from-agent'], { KUBECONFIG: nobody.kubeconfigPath });
  assertExit(denied, 'migrate from-agent', 4);
  assert.match(denied.stderr, /not permitted: list deployments.apps/);
});

test('what may not be read is not permitted, and not missing', async (t) => {
  const { test: server } = await startGround(t);
  const kubeconfig = await somebodyWith(server, [
    may('get list', 'apps/deployments', 'compass.kyma-project.io/compassconnections'),
    may('get list', 'applicationconnector.kyma-project.io/applications'),
  ]);
  const seen = await runPlugin(['migrate', 'from-agent', '-o', 'json'], { KUBECONFIG: kubeconfig });
  // Whoever only looks is told that an administrator has to do it.
  assertExit(seen, 'migrate from-agent', 1);
  const { findings } = JSON.parse(seen.stdout);
  const [lacking, ...others] = saying(findings, 'error');
  assert.match(lacking ?? '', /^rights: not permitted: get namespaces, and \d+ more rights$/);
  assert.deepEqual(others, []);
  const skipped = saying(findings, 'skipped');
  assert.match(
    skipped.join('\n'),
    /certificate: not permitted: get secrets\/cluster-client-certificates in namespace kyma-system/,
  );
  assert.match(skipped.join('\n'), /configuration: not permitted: get secrets\/compass-agent-configuration/);
});
