import assert from 'node:assert/strict';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { until } from '../../cluster/until.ts';
import { conditionOf } from '../../journeys/every-state.ts';
import { EMBEDDED_ONLY, reportOf } from '../cluster/steps.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';
import { application, bundle, secretsWereThere } from './landscape.ts';

const UUID = '00000000-0000-4000-8000-000000000000';

/** The failures of the report by name, once there are as many as expected. */
async function failures(world: FaultWorld, count: number): Promise<Readonly<Record<string, string>>> {
  const seen = await until(`${count} failures`, async () => {
    const { failures: list = [] } = (await reportOf(world)) ?? {};
    return list.length === count && list;
  });
  return Object.fromEntries(seen.map(({ name, reason }) => [name, reason]));
}

const USABLE: readonly string[] = [
  'orders',
  'orders.v2',
  `orders-${UUID}`,
  'params-orders',
  'a'.repeat(63),
  `${'b'.repeat(63)}c`,
  `${'d'.repeat(60)}.${'e'.repeat(39)}`,
  '0',
];

const UNUSABLE: readonly string[] = [
  'ä'.repeat(100),
  '😀😀',
  '***',
  '-',
  '-a',
  'a-',
  'Orders',
  'a..b',
  '../orders',
  'kube-system/orders',
  ' ',
];

row(
  'D11',
  'names that cannot be those of objects are reported, and all others are in place',
  async (world) => {
    const { landscape } = world.simulator;
    const names = [...USABLE, ...UNUSABLE];
    for (const [at, name] of names.entries()) {
      landscape.createApplication({ name, bundles: [bundle(UUID.replace(/..$/, String(10 + at)), 'not-a-password')] });
    }
    world.here();
    await world.configure();
    await world.reaches('ResourceApplicationFailed');
    const reported = await failures(world, UNUSABLE.length);
    assert.deepEqual(reported, Object.fromEntries(UNUSABLE.map((name) => [name, 'InvalidName'])));
    for (const name of USABLE) assert.ok(await application(world, name), name);
    const labels: string[] = [];
    for await (const { items } of world.cluster.cluster.listPages<Secret>(SECRET, { namespace: 'kyma-system' })) {
      labels.push(...items.flatMap(({ metadata }) => metadata.labels?.['app'] ?? []));
    }
    assert.equal(labels.length, USABLE.length);
    assert.ok(labels.every((label) => label.length <= 63));
    secretsWereThere(world);
  },
  EMBEDDED_ONLY,
);

row('D10', 'of two Applications of one name one is in place and one reported, and the rest goes on', async (world) => {
  const { landscape } = world.simulator;
  const first = landscape.createApplication({ name: 'orders' });
  world.here();
  await world.configure();
  await world.reaches('Synchronized');
  landscape.createApplication({ name: 'orders', id: UUID });
  landscape.createApplication({ name: 'others' });
  const failed = await world.reaches('ResourceApplicationFailed');
  assert.equal(conditionOf(failed, 'Synchronized')?.reason, 'NameConflict');
  assert.deepEqual(await failures(world, 1), { orders: 'NameConflict' });
  const orders = await application(world, 'orders');
  assert.equal(orders?.spec?.compassMetadata?.applicationId, first.id);
  assert.ok(await application(world, 'others'));
});

row(
  ['D12', 'D13'],
  'renames, swaps and a new id under an old name never leave an entry without its Secret',
  async (world) => {
    const { landscape } = world.simulator;
    const long = 'a-name-of-more-than-26-characters';
    const ids = ['1', '2', '3', '4'].map((last) => UUID.replace(/.$/, last));
    const [plain, left, right, cut] = [`before`, 'left', 'right', `${long}-x`].map((name, at) =>
      landscape.createApplication({ name, bundles: [bundle(ids[at] ?? '', `of-number-${at}`)] }),
    );
    world.here();
    await world.configure();
    await world.reaches('Synchronized');
    landscape.updateApplication(plain?.id ?? '', { name: 'after' });
    landscape.updateApplication(left?.id ?? '', { name: 'right' });
    landscape.updateApplication(right?.id ?? '', { name: 'left' });
    landscape.updateApplication(cut?.id ?? '', { name: `${long}-y` });
    const names = ['after', 'left', 'right', `${long}-y`];
    await until('all are renamed', async () => {
      const found = await Promise.all(names.map((name) => application(world, name)));
      const isRight = found.every((one, at) => {
        const wanted = [plain, right, left, cut][at];
        return one?.spec?.compassMetadata?.applicationId === wanted?.id && one?.spec?.services?.length === 1;
      });
      return isRight && !(await application(world, 'before')) && !(await application(world, `${long}-x`));
    });
    assert.equal((await world.secret('kyma-system', `after-${ids[0]}`))?.['password'], 'of-number-0');
    assert.equal((await world.secret('kyma-system', `right-${ids[1]}`))?.['password'], 'of-number-1');
    assert.equal((await world.secret('kyma-system', `left-${ids[2]}`))?.['password'], 'of-number-2');
    assert.equal((await world.secret('kyma-system', `${long.slice(0, 26)}-${ids[3]}`))?.['password'], 'of-number-3');

    const uid = (await application(world, 'after'))?.metadata.uid;
    landscape.deleteApplication(plain?.id ?? '');
    const anew = landscape.createApplication({
      name: 'after',
      bundles: [bundle(UUID.replace(/.$/, '9'), 'of-the-new')],
    });
    const switched = await until('the new one has the name', async () => {
      const seen = await application(world, 'after');
      return seen?.spec?.compassMetadata?.applicationId === anew.id && seen.spec.services?.length === 1 && seen;
    });
    assert.equal(switched.metadata.uid, uid);
    const secretName = switched.spec?.services?.[0]?.entries[0]?.credentials?.secretName ?? '';
    assert.equal((await world.secret('kyma-system', secretName))?.['password'], 'of-the-new');
    const report = await reportOf(world);
    assert.equal(
      report?.changes?.some(({ kind, action }) => kind === 'Application' && action === 'deleted'),
      false,
    );
    assert.equal(report?.held, undefined);
    secretsWereThere(world);
  },
  EMBEDDED_ONLY,
);
