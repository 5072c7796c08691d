import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { NAMESPACE } from '#common/cluster/objects.ts';
import type { Endpoint, ObservedCall } from '#common/compass/endpoint.ts';
import { CompassError } from '#common/errors.ts';
import { silentLog } from '#common/log.ts';
import { CompassTime } from '../../../sidecar/connection/compass-time.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import type { Journal } from '../../../sidecar/connection/journal.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { Preflight } from '../../../sidecar/connection/preflight.ts';
import { reachConnector } from '../../../sidecar/connection/preflight-way.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import type { Fault } from '../../simulator/faults/fault.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { ManualClock } from '../manual-clock.ts';
import { memoryContext } from './memory-context.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A Compass, and the way to its Connector. */
async function startCompass(t: TestContext) {
  const simulator = await startSimulator();
  t.after(() => simulator[Symbol.asyncDispose]());
  const connector: Endpoint = { url: simulator.urls.connector, target: 'connector' };
  const calls: ObservedCall[] = [];
  const transport = { extraRoots: [simulator.caPem], observe: (call: ObservedCall) => calls.push(call) };
  const compassTime = new CompassTime(new ManualClock());
  return { simulator, connector, transport, compassTime, calls };
}

const OPEN: readonly (readonly [what: string, fault: Fault])[] = [
  ['who wants to know who asks', { status: 401 }],
  ['whose GraphQL has something against the question', { error: { message: 'not in this schema' } }],
];
const CLOSED: readonly (readonly [what: string, fault: Fault, reason: string])[] = [
  ['who fails', { status: 503 }, 'CompassUnavailable'],
  ['who has something against the request', { status: 418, body: {} }, 'CompassFailed'],
  ['who answers without an answer', { body: { data: {} } }, 'InvalidAnswer'],
];

for (const [what, fault] of OPEN) {
  test(`the way to a Connector is open ${what}, and what time it is there is known`, async (t) => {
    const { simulator, connector, transport, compassTime, calls } = await startCompass(t);
    simulator.faults.add(fault);
    await reachConnector({ transport, compassTime }, connector);
    assert.equal(calls.length, 1, 'who observes calls sees this one, too');
    assert.ok(Math.abs(compassTime.skewMs ?? DAY_MS) < MINUTE_MS);
  });
}

for (const [what, fault, reason] of CLOSED) {
  test(`the way to a Connector is not open ${what}`, async (t) => {
    const { simulator, connector, transport, compassTime } = await startCompass(t);
    simulator.faults.add({ status: 200, ...fault });
    await assert.rejects(reachConnector({ transport, compassTime }, connector), { reason });
  });
}

test('a Connector that gives no answer says nothing about the time', async (t) => {
  const { connector, compassTime } = await startCompass(t);
  const nowhere = { ...connector, url: 'https://localhost:1/graphql' };
  await assert.rejects(reachConnector({ transport: {}, compassTime }, nowhere), { reason: 'CompassUnreachable' });
  assert.equal(compassTime.skewMs, undefined);
  compassTime.observe(7);
  await assert.rejects(reachConnector({ transport: {}, compassTime }, nowhere), { reason: 'CompassUnreachable' });
  assert.equal(compassTime.skewMs, 7);
});

/** A preflight on a cluster in which everything can be stored, but for what `journal` says. */
async function startPreflight(t: TestContext, settings: { readonly allowClockSkew?: boolean } = {}) {
  const compass = await startCompass(t);
  const { cluster } = await startTestCluster(t);
  const journal: { failure: CompassError | undefined } = { failure: undefined };
  const tryWrite = () => (journal.failure ? Promise.reject(journal.failure) : Promise.resolve());
  const warnings: unknown[] = [];
  const { context: base, clock } = memoryContext({
    cluster: cluster as Cluster,
    transport: compass.transport,
    journal: new DocumentStore({ ...memoryDocument<Journal>(), tryWrite }),
    log: { ...silentLog, warn: (_, fields) => warnings.push(fields?.['warning']) },
  });
  const context = { ...base, config: { ...base.config, ...settings } };
  for (const name of new Set([context.config.clientSecret.namespace, context.config.caSecret.namespace])) {
    await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  return { ...compass, context, clock, journal, warnings, preflight: new Preflight(context) };
}

const NO_DRY_RUN = new CompassError('ClusterRefused', 'no dry run here', { status: 400 });
const FORBIDDEN = new CompassError('ClusterForbidden', 'it may not');

test('a preflight tells what it let pass, and no more once that is proven or something stands in the way', async (t) => {
  const { preflight, connector, context, journal, warnings } = await startPreflight(t);
  assert.deepEqual(preflight.warnings, []);
  journal.failure = NO_DRY_RUN;
  await preflight.run(connector);
  assert.deepEqual(
    preflight.warnings.map(({ type }) => type),
    ['NotProvable'],
  );
  assert.match(String(warnings), /no dry run here/);
  const [step] = context.steps.observed ?? [];
  assert.deepEqual([step?.step, step?.status], ['preflight', 'ok']);
  assert.match(step?.message ?? '', /no dry run here/);
  journal.failure = FORBIDDEN;
  await assert.rejects(preflight.run(connector), { reason: 'StoreForbidden' });
  assert.deepEqual(preflight.warnings, []);
  journal.failure = undefined;
  await preflight.run(connector);
  assert.deepEqual(preflight.warnings, []);
  assert.match(context.steps.observed?.[0]?.message ?? '', /are fine$/);
  assert.equal(warnings.length, 1);
});

test('a clock that is a day ahead or behind keeps the token, unless that is allowed', async (t) => {
  const { preflight, connector, context } = await startPreflight(t);
  await preflight.run(connector);
  for (const [skewMs, why] of [
    [DAY_MS, undefined],
    [-DAY_MS, undefined],
    [DAY_MS + 1, /the clock here is 1d behind that of Compass/],
    [-DAY_MS - 1, /the clock here is 1d ahead of that of Compass/],
  ] as const) {
    context.compassTime.observe(skewMs);
    if (why) await assert.rejects(preflight.run(connector), { reason: 'ClockSkew', message: why });
    else await preflight.run(connector);
  }
  const lenient = await startPreflight(t, { allowClockSkew: true });
  lenient.simulator.switches.dateSkewSeconds = (2 * DAY_MS) / 1_000;
  await lenient.preflight.run(lenient.connector);
});

test('a way is believed for less than ten minutes, and for no longer than the time there is known', async (t) => {
  const { preflight, connector, clock, context, calls } = await startPreflight(t);
  clock.advance(MINUTE_MS);
  await preflight.run(connector);
  clock.advance(10 * MINUTE_MS - 1);
  await preflight.run(connector);
  assert.equal(calls.length, 1);
  clock.advance(1);
  await preflight.run(connector);
  assert.equal(calls.length, 2);
  await preflight.run({ ...connector, url: `${connector.url}?other` });
  assert.equal(calls.length, 3);
  await preflight.runAgain(connector);
  assert.equal(calls.length, 3);
  const other = new Preflight({ ...context, compassTime: new CompassTime(clock) });
  await other.runAgain(connector);
  assert.equal(calls.length, 4);
});

test('a way that is closed is not believed', async (t) => {
  const { preflight, connector, simulator, calls } = await startPreflight(t);
  simulator.faults.add({ status: 503, times: 1 });
  await assert.rejects(preflight.run(connector), { reason: 'CompassUnavailable' });
  await preflight.run(connector);
  assert.equal(calls.length, 2);
});

test('before a second token is used it is tried whether its pair can be stored still', async (t) => {
  const { preflight, connector, journal, context } = await startPreflight(t);
  await preflight.runAgain(connector);
  assert.deepEqual(
    context.steps.observed?.map(({ step, status }) => [step, status]),
    [['preflight', 'ok']],
  );
  journal.failure = FORBIDDEN;
  await assert.rejects(preflight.runAgain(connector), { reason: 'StoreForbidden' });
});
