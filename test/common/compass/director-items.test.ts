import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fetchApplicationsPage } from '#common/compass/director-listing.ts';
import type { DirectorPage, KnownItem } from '#common/compass/director-types.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { pair } from './pair.ts';
import { wholePage } from './whole-page.ts';

async function start(t: TestContext) {
  const simulator = await startSimulator({ switches: { rateLimitPerMinute: 0 } });
  t.after(() => simulator.close());
  const paired = await pair(simulator);
  const page = (): Promise<DirectorPage> => {
    const { director, transport, runtimeId } = paired;
    return fetchApplicationsPage(director, transport, { runtimeId });
  };
  return { simulator, paired, page };
}

test('gives an Application that is known as it was known, and reads it when it is asked for', async (t) => {
  const { simulator, paired } = await start(t);
  for (const name of ['one', 'two', 'three']) {
    simulator.landscape.createApplication({ name, bundles: [{ name: 'bundle' }] });
  }
  const { director, transport, runtimeId } = paired;
  const shown = async (known: ReadonlyMap<string, KnownItem>) => {
    const request = { page: () => undefined, hasItems: true, item: (digest: string) => known.get(digest) };
    const { items } = await fetchApplicationsPage(director, transport, { runtimeId, known: request });
    const digests = items.map((item) => item.digest?.() ?? '');
    const { applications } = await wholePage({ items });
    return { digests, applications, names: items.map(({ name }) => name) };
  };
  const first = await shown(new Map());
  assert.equal(new Set(first.digests).size, 3);
  const known = { id: first.applications[1]?.id ?? '', name: 'as it was known', showsAccess: true };
  const again = await shown(new Map([[first.digests[1] ?? '', known]]));
  assert.deepEqual(again.names, [first.names[0], 'as it was known', first.names[2]]);
  assert.deepEqual([again.digests, again.applications], [first.digests, first.applications]);
});

test('further pages are followed when an Application is asked for, and only its own', async (t) => {
  const { simulator, page } = await start(t);
  const bundles = Array.from({ length: 101 }, (_, index) => ({ name: `b-${index}` }));
  for (const name of ['one', 'other']) simulator.landscape.createApplication({ name, bundles });
  const operations = () => simulator.requests.list().map(({ operation }) => operation);
  simulator.requests.clear();
  const { items } = await page();
  assert.deepEqual(operations(), ['applicationsForRuntime']);
  const [one, other] = items;
  assert.ok(one && other);
  const whole = await one.whole();
  assert.equal('bundles' in whole && whole.bundles.length, 101);
  assert.deepEqual(operations(), ['applicationsForRuntime', 'furtherBundles']);
  await other.whole();
  assert.deepEqual(operations(), ['applicationsForRuntime', 'furtherBundles', 'furtherBundles']);
});

test('D3: a further page that fails because Compass is away is no problem of its Application', async (t) => {
  const { simulator, page } = await start(t);
  const bundles = Array.from({ length: 101 }, (_, index) => ({ name: `b-${index}` }));
  simulator.landscape.createApplication({ name: 'large', bundles });
  simulator.faults.add({ operation: 'furtherBundles', status: 503 });
  await assert.rejects(page().then(wholePage), { reason: 'CompassUnavailable' });
});

test('an item knows its id and name, and whether the page shows credentials or parameters of it', async (t) => {
  const { simulator, page } = await start(t);
  const credential = { type: 'Basic' as const, username: 'user', password: 'canary' };
  const auths = {
    plain: undefined,
    empty: { additionalHeaders: {} },
    basic: { credential },
    header: { additionalHeaders: { h: ['1'] } },
    query: { additionalQueryParams: { q: ['1'] } },
  };
  for (const [name, auth] of Object.entries(auths)) {
    const bundles = [{ name: 'first' }, { name: 'second', ...(auth ? { defaultInstanceAuth: auth } : {}) }];
    simulator.landscape.createApplication({ name, bundles });
  }
  const { items, bytes } = await page();
  assert.deepEqual(
    new Map(items.map(({ name, showsAccess }) => [name, showsAccess])),
    new Map([
      ['plain', false],
      ['empty', false],
      ['basic', true],
      ['header', true],
      ['query', true],
    ]),
  );
  assert.ok(items.every(({ id }) => typeof id === 'string'));
  assert.ok(bytes > 2_000 && bytes < 20_000, `${bytes} bytes`);
});
