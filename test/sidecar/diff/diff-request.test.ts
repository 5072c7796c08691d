import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { Sensitive } from '#common/sensitive.ts';
import { PLAN_KEY, readPlan } from '#common/sync/plan-document.ts';
import { readConfig } from '../../../sidecar/config.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import type { Connection } from '../../../sidecar/connection/maintain.ts';
import { secretDocument } from '../../../sidecar/connection/secret-document.ts';
import { STATE_FORMAT } from '../../../sidecar/connection/state.ts';
import { diffRequestHandler } from '../../../sidecar/diff/diff-request.ts';
import type { PassFacts } from '../../../sidecar/request-handler.ts';
import { application, id } from '../../common/sync/samples.ts';
import { type SyncWorld, startSyncWorld } from '../../common/sync/world.ts';

const REQUEST = { verb: 'diff', id: 'the-request', parameters: {} } as const;
const REF = { kind: CONFIG_MAP, name: 'compass-connection-plan', namespace: 'kyma-system' };

function handlerOf(world: SyncWorld) {
  const env = { POD_NAMESPACE: REF.namespace, APP_AGENT_CONFIGURATION_SECRET: 'kyma-system/configuration' };
  const { config } = readConfig(env);
  const { cluster } = world.cluster;
  const place = { namespace: REF.namespace, name: 'compass-connection-state' };
  const state = new DocumentStore(secretDocument(cluster, place, config.connectionName, STATE_FORMAT));
  // The world knows where its Director is; the connection only says that there is one.
  const plan: SyncWorld['plan'] = ({ names, signal } = {}) => world.plan({ ...(names && { names }), signal });
  const handler = diffRequestHandler({ cluster, clock: world.clock, config, state }, { plan });
  return (facts: Partial<PassFacts> = {}, parameters: Readonly<Record<string, string>> = {}) =>
    handler({ ...REQUEST, parameters }, { ...FACTS, ...facts });
}

const CONNECTION: Connection = {
  credential: {
    certificateChain: '',
    key: new Sensitive(''),
    fingerprint: '',
    notBefore: 0,
    notAfter: 0,
    chainNotAfter: 0,
    commonName: undefined,
    notYetValid: false,
  },
  urls: { connector: '', director: '' },
  runtimeId: id(0),
  tenant: undefined,
  trustAnchorUrl: '',
};

const FACTS: PassFacts = {
  connection: CONNECTION,
  configuration: new CompassError('ConfigurationMissing', 'none'),
  result: {
    connection: CONNECTION,
    step: 'none',
    attempted: false,
    credential: undefined,
    renewAt: undefined,
    token: 'none',
    warnings: [],
    dueInMs: 0,
  },
  object: undefined,
  signal: new AbortController().signal,
};

test('the plan lies in a ConfigMap without the labels of a report, with the id of the request', async (t) => {
  const world = await startSyncWorld(t);
  world.simulator.landscape.createApplication(application(1, 'orders'));
  world.simulator.landscape.createApplication(application(2, 'one, two'));
  const carryOut = handlerOf(world);
  const answer = await carryOut();
  assert.equal(answer.result, 'succeeded');
  assert.deepEqual(answer.counts, { create: 1, update: 0, delete: 0, hold: 0, fail: 1, unchanged: 0, listed: 2 });
  const map = await world.cluster.cluster.get<ConfigMap>(REF);
  assert.equal(map.metadata.labels, undefined);
  const plan = readPlan(map.data?.[PLAN_KEY]);
  assert.deepEqual([plan?.request, plan?.entries.map(({ name }) => name)], ['the-request', ['one, two', 'orders']]);

  await carryOut({}, { apps: 'one%2C two' });
  const narrowed = readPlan((await world.cluster.cluster.get<ConfigMap>(REF)).data?.[PLAN_KEY]);
  assert.deepEqual(
    narrowed?.entries.map(({ name }) => name),
    ['one, two'],
  );
});

test('without a connection the answer says why there is none, and no plan is written', async (t) => {
  const world = await startSyncWorld(t);
  const error = new CompassError('TokenRequired', 'a token is required');
  const answer = await handlerOf(world)({ connection: undefined, result: { ...FACTS.result, error } });
  assert.deepEqual(answer, { result: 'failed', reason: 'TokenRequired', message: 'a token is required' });
  assert.equal(await world.cluster.cluster.find(REF), undefined);
});
