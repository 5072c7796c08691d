import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SYNC_ERROR_ANNOTATION } from '#common/resources/names.ts';
import { installCrd, readCrds } from '../../cluster/crds.ts';
import { application, basic, bundle, id, oauth } from './samples.ts';
import { type SyncWorld, startSyncWorld } from './world.ts';

async function noteOn(world: SyncWorld, name: string): Promise<string | undefined> {
  return (await world.application(name))?.metadata.annotations?.[SYNC_ERROR_ANNOTATION];
}

test('one Application that cannot be mapped does not stop the others', async (t) => {
  const world = await startSyncWorld(t);
  world.simulator.landscape.createApplication(application(1, 'SAP S/4 (Prod)'));
  world.simulator.landscape.createApplication(application(2, 'orders'));
  const outcome = await world.sync();
  assert.deepEqual(
    outcome.failed.map(({ name, id: failed, reason }) => [name, failed, reason]),
    [['SAP S/4 (Prod)', id(1), 'InvalidName']],
  );
  assert.deepEqual([outcome.created, outcome.fetch.ok, outcome.applyError], [['orders'], true, undefined]);
});

test('an Application that fails says so by an annotation, which goes when it is healed', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'orders', [bundle(2, { defaultInstanceAuth: basic() })]));
  await world.sync();
  landscape.updateApplication(id(1), { name: 'Not a name' });
  await world.sync();
  assert.match((await noteOn(world, 'orders')) ?? '', /^InvalidName: the name "Not a name"/);
  const before = await world.versions();
  world.clock.advance(120_000);
  await world.sync();
  assert.deepEqual(await world.versions(), before);
  landscape.updateApplication(id(1), { name: 'orders' });
  assert.deepEqual((await world.sync()).failed, []);
  assert.equal(await noteOn(world, 'orders'), undefined);
});

test('D15: credentials of an unknown type keep the last good Secret and entry, also over a rename', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'orders', [bundle(2, { defaultInstanceAuth: oauth() })]));
  await world.sync();
  const services = (await world.application('orders'))?.spec?.services;
  const url = 'https://auth.example.com/token';
  const credential = { type: 'CertificateOAuth' as const, clientId: 'client', certificate: 'not-a-certificate', url };
  landscape.updateApplication(id(1), { bundles: [bundle(2, { defaultInstanceAuth: { credential } })] });
  const outcome = await world.sync();
  assert.deepEqual(
    outcome.failed.map(({ name, reason }) => [name, reason]),
    [['orders', 'UnknownCredential']],
  );
  assert.match(outcome.failed[0]?.message ?? '', /the last good ones are kept$/);
  assert.deepEqual((await world.application('orders'))?.spec?.services, services);
  assert.deepEqual(await world.content(`orders-${id(2)}`), { clientId: 'client', clientSecret: 'not-a-secret' });
  assert.match((await noteOn(world, 'orders')) ?? '', /^UnknownCredential: /);
  const before = await world.versions();
  world.clock.advance(120_000);
  await world.sync();
  assert.deepEqual(await world.versions(), before);

  landscape.updateApplication(id(1), { name: 'renamed' });
  await world.sync();
  assert.deepEqual(await world.content(`renamed-${id(2)}`), { clientId: 'client', clientSecret: 'not-a-secret' });
  const entry = (await world.application('renamed'))?.spec?.services?.[0]?.entries[0];
  assert.equal(entry?.credentials?.secretName, `renamed-${id(2)}`);
});

test('D15: an API whose credentials were never usable is not offered without any', async (t) => {
  const world = await startSyncWorld(t);
  const eventDefinitions = [{ id: id(5), name: 'order created' }];
  const broken = bundle(2, { eventDefinitions, defaultInstanceAuth: basic('') });
  world.simulator.landscape.createApplication(application(1, 'orders', [broken]));
  const outcome = await world.sync();
  assert.deepEqual(
    outcome.failed.map(({ reason }) => reason),
    ['UnknownCredential'],
  );
  assert.match(outcome.failed[0]?.message ?? '', /no good ones are known from before, so its APIs are left out$/);
  const entries = (await world.application('orders'))?.spec?.services?.[0]?.entries ?? [];
  assert.deepEqual(
    entries.map(({ type }) => type),
    ['Events'],
  );
});

test('D17: a header that would break out of its line is refused, and the last good state stays', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  const auth = (value: string) => ({ ...basic(), additionalHeaders: { 'x-tenant': [value] } });
  landscape.createApplication(application(1, 'orders', [bundle(2, { defaultInstanceAuth: auth('blue') })]));
  await world.sync();
  landscape.updateApplication(id(1), { bundles: [bundle(2, { defaultInstanceAuth: auth('blue\r\nx-admin: yes') })] });
  const outcome = await world.sync();
  assert.deepEqual(
    outcome.failed.map(({ reason }) => reason),
    ['InvalidApplication'],
  );
  assert.deepEqual(await world.content(`params-orders-${id(2)}`), { headers: '{"x-tenant":["blue"]}' });
});

test('D17: parameters without measure, or that are no text, fail their Application alone', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  const withHeaders = (number: number, headers: Readonly<Record<string, string[]>>) =>
    bundle(number, { defaultInstanceAuth: { ...basic(), additionalHeaders: headers, additionalQueryParams: headers } });
  const many = (value: string) => Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`x-${at}`, [value]]));
  landscape.createApplication(application(1, 'many', [withHeaders(11, many('v'))]));
  landscape.createApplication(application(2, 'too-many', [withHeaders(12, many('v'.repeat(60)))]));
  landscape.createApplication(application(3, 'binary', [withHeaders(13, { 'x-key': ['\u0000\u0001\u007f'] })]));
  landscape.createApplication(application(4, 'orders', [withHeaders(14, { 'x-key': ['value'] })]));
  const outcome = await world.sync();
  assert.deepEqual(outcome.failed.map(({ name, reason }) => [name, reason]).toSorted(), [
    ['binary', 'InvalidApplication'],
    ['too-many', 'ObjectTooLarge'],
  ]);
  const { headers = '', queryParameters = '' } = (await world.content(`params-many-${id(11)}`)) ?? {};
  assert.deepEqual([JSON.parse(headers), JSON.parse(queryParameters)], [many('v'), many('v')]);
  assert.ok(await world.secret(`params-orders-${id(14)}`));
  for (const name of ['too-many', 'binary']) {
    assert.deepEqual((await world.application(name))?.spec?.services ?? [], [], name);
  }
});

test('D19: a target that is no URL is passed on, one that leads to the metadata of the node is not; both are reported', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  const targets = [
    'https://orders.example.com',
    'javascript:alert(1)',
    'not a url',
    'http://169.254.169.254/latest/meta-data',
    'http://2852039166/',
    'http://[fe80::1]/',
    'http://metadata.google.internal/',
  ];
  for (const [at, targetURL] of targets.entries()) {
    const apiDefinitions = [{ id: id(100 + at), name: 'api', targetURL }];
    landscape.createApplication(application(at, `app-${at}`, [bundle(10 + at, { apiDefinitions })]));
  }
  const outcome = await world.sync();
  assert.equal(outcome.created.length, targets.length);
  assert.deepEqual(
    outcome.failed
      .map(({ name, reason, message }) => [name, reason, /as it is$|left out$/.exec(message)?.[0]])
      .toSorted(([one = ''], [other = '']) => one.localeCompare(other)),
    targets.slice(1).map((_, at) => [`app-${at + 1}`, 'InvalidApplication', at < 2 ? 'as it is' : 'left out']),
  );
  const offered = await Promise.all(
    targets.map(async (_, at) => (await world.application(`app-${at}`))?.spec?.services?.[0]?.entries[0]?.targetUrl),
  );
  assert.deepEqual(offered, [...targets.slice(0, 3), undefined, undefined, undefined, undefined]);
  assert.match((await noteOn(world, 'app-1')) ?? '', /^InvalidApplication: bundle "Bundle 11": the target URL/);
});

test('S4: names and ids that are paths are refused, and nothing is written anywhere else', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  const before = Object.keys(await world.versions());
  const names = ['../orders', 'kube-system/orders', '..', '.', 'a/../b', 'a%2fb', 'a\\b', 'a?b', 'a#b', 'Ａ', 'a\n'];
  for (const [at, name] of names.entries()) landscape.createApplication(application(at, name));
  const traversal = bundle(50, { id: '../../kube-system/secrets/x', defaultInstanceAuth: basic() });
  landscape.createApplication(application(90, 'with-a-path', [traversal]));
  landscape.createApplication(application(91, 'orders'));
  const outcome = await world.sync();
  assert.deepEqual(outcome.created, ['orders']);
  assert.deepEqual(
    outcome.failed.map(({ reason }) => reason),
    [...names.map(() => 'InvalidName'), 'InvalidApplication'],
  );
  const after = Object.keys(await world.versions()).filter((name) => !before.includes(name));
  assert.deepEqual(after, ['Application orders']);
});

test('K20: without the Application CRD nothing is applied, and it starts when the CRD appears', async (t) => {
  const world = await startSyncWorld(t, 'none');
  world.simulator.landscape.createApplication(application(1, 'orders'));
  const outcome = await world.sync();
  assert.deepEqual([outcome.fetch.ok, outcome.fetch.listed, outcome.applyError?.reason], [true, 1, 'NotInstalled']);
  for (const definition of await readCrds('field')) await installCrd(world.cluster.cluster, definition);
  assert.deepEqual((await world.sync()).created, ['orders']);
});

test('K21: an Application that is too large is named, and the others are synchronized', async (t) => {
  const world = await startSyncWorld(t);
  const apiDefinitions = Array.from({ length: 150 }, (_, index) => ({
    id: id(1000 + index),
    name: `api ${index}`,
    targetURL: `https://orders.example.com/${'x'.repeat(11_000)}`,
  }));
  world.simulator.landscape.createApplication(application(1, 'large', [bundle(2, { apiDefinitions })]));
  world.simulator.landscape.createApplication(application(3, 'small'));
  const outcome = await world.sync();
  assert.deepEqual(
    outcome.failed.map(({ name, reason }) => [name, reason]),
    [['large', 'ObjectTooLarge']],
  );
  assert.deepEqual(outcome.created, ['small']);
});

test('L1: an Application whose answer is larger than 8 MiB is skipped by name, and blocks no deletion of others', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  for (let number = 1; number <= 5; number += 1) landscape.createApplication(application(number, `app-${number}`));
  await world.sync();
  landscape.deleteApplication(id(5));
  await world.sync();
  world.clock.advance(60_000);
  landscape.updateApplication(id(3), { description: 'x'.repeat(8 * 1024 * 1024) });
  const outcome = await world.sync();
  assert.deepEqual(
    outcome.failed.map(({ name, id: failed, reason }) => [name, failed, reason]),
    [['app-3', id(3), 'AnswerTooLarge']],
  );
  assert.deepEqual([outcome.fetch.complete, outcome.fetch.listed, outcome.deleted], [true, 4, ['app-5']]);
  assert.equal((await world.application('app-3'))?.spec?.description, 'Description not provided');
});

test('an Application whose answer is no JSON is skipped by name, and those behind it are synchronized', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape, faults } = world.simulator;
  for (let number = 1; number <= 3; number += 1) landscape.createApplication(application(number, `app-${number}`));
  // Pages of 100, 50, 25, 12, 6, 3 and 1 have the first one in them.
  faults.add({ operation: 'applicationsForRuntime', times: 7, body: '{"data":{"applicationsForRuntime":' });
  const outcome = await world.sync();
  assert.deepEqual(
    outcome.failed.map(({ name, id: failed, reason }) => [name, failed, reason]),
    [['app-1', id(1), 'InvalidApplication']],
  );
  assert.deepEqual([outcome.fetch.complete, [...outcome.created].sort()], [true, ['app-2', 'app-3']]);
});

test('a stop comes between two writes, and the next synchronization completes', async (t) => {
  const world = await startSyncWorld(t);
  world.simulator.landscape.createApplication(application(1, 'orders'));
  const stopped = await world.sync({ signal: AbortSignal.abort() });
  assert.deepEqual([stopped.stopped, stopped.created], [true, []]);
  assert.deepEqual((await world.sync()).created, ['orders']);
});
