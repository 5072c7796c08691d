import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canI, type Right } from '#common/cluster/access.ts';
import { type Log, silentLog } from '#common/log.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { Sensitive } from '#common/sensitive.ts';
import { readConfig } from '../../../sidecar/config.ts';
import { Publisher } from '../../../sidecar/status/publish.ts';
import { NO_KUBECTL } from '../../cluster/kubectl.ts';
import { ManualClock } from '../manual-clock.ts';
import { NOON, synchronized } from '../status/observations.ts';
import { install } from './install.ts';

const core = (resource: string, namespace: string, name?: string): Omit<Right, 'verb'> => ({
  group: '',
  resource,
  namespace,
  ...(name ? { name } : {}),
});

const NEEDED: readonly (readonly [string, Omit<Right, 'verb'>])[] = [
  ['get', core('secrets', 'compass-system', 'compass-agent-configuration')],
  ['watch', core('secrets', 'compass-system', 'compass-agent-configuration')],
  ['patch', core('secrets', 'compass-system', 'compass-agent-configuration')],
  ['patch', core('secrets', 'compass-system', 'cluster-client-certificates')],
  ['update', core('secrets', 'compass-system', 'compass-connection-journal')],
  ['delete', core('secrets', 'compass-system', 'compass-connection-journal')],
  ['create', core('secrets', 'compass-system')],
  ['create', core('secrets', 'kyma-system')],
  ['delete', core('secrets', 'kyma-system', 'any')],
  ['patch', core('secrets', 'istio-system', 'ca-certificates')],
  ['delete', { group: 'applicationconnector.kyma-project.io', resource: 'applications', name: 'any' }],
];

const TOO_MUCH: readonly (readonly [string, Omit<Right, 'verb'>])[] = [
  ['get', core('secrets', 'compass-system', 'another')],
  ['list', core('secrets', 'compass-system')],
  ['get', core('secrets', 'default', 'any')],
  ['get', core('secrets', 'kube-system', 'any')],
  ['get', core('secrets', 'istio-system', 'another')],
  ['delete', core('secrets', 'compass-system', 'cluster-client-certificates')],
  ['create', core('pods', 'compass-system')],
  ['patch', { group: 'compass.kyma-project.io', resource: 'compassconnections', name: 'another' }],
  ['delete', { group: 'compass.kyma-project.io', resource: 'compassconnections', name: 'compass-connection' }],
  ['create', { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' }],
  ['create', { group: 'rbac.authorization.k8s.io', resource: 'clusterroles' }],
];

test('S8: the ServiceAccount may do what the sidecar does, and not more', { skip: NO_KUBECTL }, async (t) => {
  const { sidecar } = await install(t, 'none');
  const answers = async (rights: typeof NEEDED) =>
    Promise.all(rights.map(async ([verb, right]) => [verb, right, await canI(sidecar.cluster, { verb, ...right })]));
  assert.deepEqual(
    await answers(NEEDED),
    NEEDED.map(([verb, right]) => [verb, right, true]),
  );
  assert.deepEqual(
    await answers(TOO_MUCH),
    TOO_MUCH.map(([verb, right]) => [verb, right, false]),
  );
});

for (const crds of ['field', 'ours-with-status'] as const) {
  test(`the ServiceAccount writes status, Events and report without a complaint (${crds})`, {
    skip: NO_KUBECTL,
  }, async (t) => {
    const { admin, sidecar } = await install(t, crds);
    const complaints: string[] = [];
    const complain = (message: string) => complaints.push(message);
    const log: Log = { ...silentLog, error: complain, warn: complain, debug: complain };
    const publisher = new Publisher({
      cluster: sidecar.cluster,
      clock: new ManualClock(NOON),
      log,
      config: readConfig({ POD_NAMESPACE: 'compass-system', POD_NAME: 'compass-sidecar-0' }).config,
      fingerprintKey: () => new Sensitive('a key of the test'),
    });
    const { object } = await publisher.read();
    const created = await publisher.publish(object, synchronized());
    await publisher.publish(created, synchronized({}, { now: NOON + 600_000 }), { resyncNow: true });
    assert.deepEqual(complaints, []);
    const stored = await admin.cluster.get({ kind: COMPASS_CONNECTION, name: 'compass-connection' });
    assert.ok(stored);
  });
}
