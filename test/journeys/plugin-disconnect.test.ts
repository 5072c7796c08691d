import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { conform } from '#common/resources/conform.ts';
import { readSecrets, SECRETS_KEY } from '#common/resources/published-secrets.ts';
import { REPORT_KEY, readReport } from '#common/resources/report.ts';
import { DISCONNECT_RESULT_SCHEMA } from '../../plugin/schemas/disconnect-result.ts';
import { runPlugin } from '../plugin/run-plugin.ts';
import { sampleApplications } from '../simulator/samples.ts';
import { CLIENT, CONNECTION, startWorld } from './world.ts';

test('S16: disconnect revokes, deletes credentials and Applications, and a new token connects again', async (t) => {
  const world = await startWorld(t);
  const { cluster } = world.cluster;
  const plugin = (...args: string[]) => runPlugin(args, { KUBECONFIG: world.cluster.kubeconfigPath });
  await world.configure();
  const sidecar = world.start({ APP_CONTROLLER_SYNC_PERIOD: '1h' });
  const [sample] = sampleApplications;
  assert.ok(sample);
  world.simulator.landscape.createApplication({ ...sample, name: 'orders' });
  await world.reaches('Synchronized');

  const ofSecrets = { kind: CONFIG_MAP, namespace: 'compass-system', name: `${CONNECTION.name}-secrets` };
  const published = async () =>
    readSecrets((await cluster.get<ConfigMap>(ofSecrets)).data?.[SECRETS_KEY])?.secrets.size;
  assert.ok(((await published()) ?? 0) > 0);

  const unconfirmed = await plugin('disconnect', '--revoke', '-o', 'json');
  assert.equal(unconfirmed.code, 7, unconfirmed.stderr);
  assert.equal(JSON.parse(unconfirmed.stdout).error.reason, 'ConfirmationRequired');
  const dry = await plugin('disconnect', '--revoke', '--purge-applications', '--dry-run=server');
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, /would be disconnected \(server dry run\)/);
  assert.equal((await world.connection()).metadata.annotations?.['compass.kyma-project.io/disconnect'], undefined);

  const { code, stdout, stderr } = await plugin(
    'disconnect',
    '--revoke',
    '--purge-applications',
    '--yes',
    '-o',
    'json',
  );
  assert.equal(code, 0, stderr);
  const document = JSON.parse(stdout);
  assert.deepEqual(conform(DISCONNECT_RESULT_SCHEMA, document), document);
  assert.equal(document.counts.deleted, 1);
  assert.match(document.message, /the certificate is revoked; the credentials are deleted; 1 Application deleted/);
  await world.reaches(
    'ConnectionFailed',
    ({ status }) => status?.connectionStatus.error?.startsWith('Disconnected') ?? false,
  );
  assert.deepEqual(
    world.simulator.certificates.list().map(({ revoked }) => revoked),
    [true],
  );
  assert.deepEqual(await world.secret(CLIENT.namespace, CLIENT.name), {});
  assert.equal(await cluster.find({ kind: APPLICATION, name: 'orders' }), undefined);

  assert.equal(await published(), 0);
  const status = await plugin('status');
  assert.equal(status.code, 1);
  assert.match(status.stdout, /Disconnected/);
  const ref = { kind: CONFIG_MAP, namespace: 'compass-system', name: `${CONNECTION.name}-report` };
  const report = readReport((await cluster.get<ConfigMap>(ref)).data?.[REPORT_KEY]);
  assert.equal(report?.identity, undefined);
  assert.equal(report?.applications?.present, 0);
  assert.deepEqual(report?.changes?.[0], { ...report?.changes?.[0], action: 'deleted', cause: 'disconnected' });

  assert.equal((await plugin('sync')).code, 6);
  assert.equal((await plugin('disconnect', '--yes')).code, 0, 'a second time is as good');
  await sidecar.stop();
  world.start({ APP_CONTROLLER_SYNC_PERIOD: '1h' });
  await world.configure();
  await world.reaches('Synchronized');
});
