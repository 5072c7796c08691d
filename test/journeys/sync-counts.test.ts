import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { REPORT_KEY, readReport } from '#common/resources/report.ts';
import { until } from '../cluster/until.ts';
import type { RecordedRequest } from '../kube-api/recorder.ts';
import { CONNECTION, startWorld, type World } from './world.ts';

const EMBEDDED_ONLY = {
  skip: process.env['COMPASS_TEST_TARGET'] === 'genuine' && 'requests are counted by the embedded server',
};

/** How often the sidecar asked the API server for Applications and bundles' Secrets, watches aside, and the Director for a page. */
type Counts = Readonly<Record<string, number>>;

function inShort({ method, path, accept }: RecordedRequest): string {
  const isMetadata = accept.includes('PartialObjectMetadata');
  const [, resource = '', name] = /\/(applications|secrets)(?:\/([^/]+))?$/.exec(path) ?? [];
  const verb = method === 'GET' && name === undefined ? 'LIST' : method;
  return `${verb}${isMetadata ? ' metadata of' : ''} ${resource}`;
}

function countsOf(world: World): Counts {
  const { embedded } = world.cluster;
  assert.ok(embedded);
  const asked = embedded
    .requests()
    .filter(({ userAgent, query }) => userAgent.startsWith('compass-sidecar') && !query['watch'])
    .filter(
      ({ path }) => /\/applications(?:\/|$)/.test(path) || /\/namespaces\/kyma-system\/secrets(?:\/|$)/.test(path),
    )
    .map(inShort);
  const pages = world.simulator.requests
    .list()
    .filter(({ rootFields }) => rootFields.includes('applicationsForRuntime'))
    .map(() => 'a page of the Director');
  const counts: Record<string, number> = {};
  for (const what of [...asked, ...pages]) counts[what] = (counts[what] ?? 0) + 1;
  return counts;
}

function since(before: Counts, after: Counts): Counts {
  const counts = Object.entries(after).map(([what, count]) => [what, count - (before[what] ?? 0)] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** What one synchronization asked for, which somebody asks for. */
async function roundOf(world: World, request: string): Promise<Counts> {
  const before = countsOf(world);
  const { cluster } = world.cluster;
  await cluster.mergePatch(CONNECTION, { metadata: { annotations: { 'compass.kyma-project.io/sync': request } } });
  const ref = { kind: CONFIG_MAP, namespace: 'compass-system', name: 'compass-connection-report' };
  await until(`${request} is answered`, async () => {
    const report = readReport((await cluster.find<ConfigMap>(ref))?.data?.[REPORT_KEY]);
    return report?.requests?.some(({ id, finished }) => id === request && finished);
  });
  return since(before, countsOf(world));
}

const APPLICATIONS = 40;
const PAGE = { 'a page of the Director': 1 };

const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

const bundleOf = (number: number, at: number, password: string) => ({
  id: idOf(number * 100 + at),
  name: `bundle ${at}`,
  apiDefinitions: [{ id: idOf(number * 100 + at + 10), name: 'orders', targetURL: 'https://orders.example.com' }],
  defaultInstanceAuth: { credential: { type: 'Basic' as const, username: 'user', password } },
});

test('a round asks for what it has to write, and for nothing else', EMBEDDED_ONLY, async (t) => {
  const world = await startWorld(t, { env: { APP_CONTROLLER_SYNC_PERIOD: '1h' } });
  const { landscape } = world.simulator;
  const ids = Array.from({ length: APPLICATIONS }, (_, number) => {
    const bundles = [bundleOf(number, 1, 'first'), bundleOf(number, 2, 'first')];
    return landscape.createApplication({ name: `app-${number}`, bundles }).id;
  });
  await world.configure();
  world.start();
  await world.reaches('Synchronized');
  await until('all are there', async () => {
    const names: string[] = [];
    for await (const { items } of world.cluster.cluster.listPages(APPLICATION)) names.push(...items.map(String));
    return names.length === APPLICATIONS;
  });
  const { 'a page of the Director': _, 'LIST applications': lists = 0, ...first } = countsOf(world);
  // Once, and again where so busy a machine cost it the Lease.
  assert.ok(lists >= 1 && lists <= 3, `${lists} lists`);
  assert.deepEqual(first, {
    'LIST secrets': lists,
    'POST applications': APPLICATIONS,
    'POST secrets': 2 * APPLICATIONS,
    'PATCH applications': APPLICATIONS,
  });

  for (let round = 1; round <= 3; round += 1) assert.deepEqual(await roundOf(world, `steady-${round}`), PAGE);

  landscape.updateApplication(ids[3] ?? '', { description: 'changed' });
  landscape.putBundle(ids[5] ?? '', bundleOf(5, 2, 'second'));
  assert.deepEqual(await roundOf(world, 'changed'), { 'PATCH applications': 1, 'PATCH secrets': 1, ...PAGE });

  const edited = { kind: APPLICATION, name: 'app-7' };
  await world.cluster.cluster.mergePatch(edited, { spec: { description: 'by hand' } });
  assert.deepEqual(await roundOf(world, 'edited'), { 'GET applications': 1, 'PATCH applications': 1, ...PAGE });
  assert.notEqual((await world.cluster.cluster.get<Application>(edited)).spec?.description, 'by hand');

  await world.cluster.cluster.mergePatch(edited, { metadata: { annotations: { note: 'mine' } } });
  assert.deepEqual(await roundOf(world, 'noted'), { 'GET applications': 1, ...PAGE });
  assert.deepEqual(await roundOf(world, 'steady-again'), PAGE);
});
