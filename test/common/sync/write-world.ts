import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { jsonLog } from '#common/log.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { Alterations } from '#common/sync/alterations.ts';
import type { Desired, DesiredSecret } from '#common/sync/desired.ts';
import { toDesired } from '#common/sync/mapping.ts';
import { Present } from '#common/sync/present.ts';
import type { Scene } from '#common/sync/scene.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { directorApplication, withCredentials } from './still.ts';

const PLACE = { connectionName: 'compass-connection', integrationNamespace: 'kyma-system' };
const MAPPING = { gatewayUrl: 'http://gateway.example', skipVerify: false };

/** An Application with one Secret as it is to be, with this password. */
export function desiredOrders(password = 'not-a-password'): { desired: Desired; secret: DesiredSecret } {
  const defaultInstanceAuth = { credential: { type: 'Basic' as const, username: 'user', password } };
  const mapped = toDesired(directorApplication(1, 'orders', [withCredentials(2, { defaultInstanceAuth })]), MAPPING);
  assert.ok(mapped.kind === 'desired');
  const [secret] = mapped.desired.secrets;
  assert.ok(secret);
  return { desired: mapped.desired, secret };
}

/** A cluster, and a scene whose writes are counted; `state.door` is what they go through. */
export async function startWriting(t: TestContext, more: Partial<Scene> = {}) {
  const { cluster } = await startTestCluster(t, { crds: 'ours' });
  const { integrationNamespace: namespace } = PLACE;
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const lines: string[] = [];
  const log = jsonLog(
    (line) => lines.push(line),
    'warn',
    () => 0,
  );
  const state = { writes: 0, door: cluster };
  const door: Cluster = {
    ...cluster,
    create: (...args) => state.door.create(...args),
    apply: (...args) => state.door.apply(...args),
    delete: (...args) => state.door.delete(...args),
  };
  const scene: Scene = {
    ...{ cluster: door, place: PLACE, present: new Present(), alterations: new Alterations(log) },
    claimSecret: () => true,
    marking: () => ({ key: undefined, now: 0 }),
    mayDelete: () => true,
    write: (request) => {
      state.writes += 1;
      return request();
    },
    read: (request) => request(),
    ...more,
  };
  /** How many writes it took. */
  const countOf = async (work: () => Promise<unknown>) => {
    const before = state.writes;
    await work();
    return state.writes - before;
  };
  const storedSecret = (name: string) => cluster.find<Secret>({ kind: SECRET, name, namespace });
  const storedApplication = (name: string) => cluster.find<Application>({ kind: APPLICATION, name });
  return { cluster, scene, state, lines, countOf, storedSecret, storedApplication };
}
