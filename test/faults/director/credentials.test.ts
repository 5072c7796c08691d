import assert from 'node:assert/strict';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { SYNC_ERROR_ANNOTATION } from '#common/resources/names.ts';
import { until } from '../../cluster/until.ts';
import { conditionOf } from '../../journeys/every-state.ts';
import { EMBEDDED_ONLY, reportOf } from '../cluster/steps.ts';
import { fastClock } from '../fast-clock.ts';
import { row } from '../row.ts';
import { application, bundle, secretsNamedBy, secretsWereThere } from './landscape.ts';
import { FACTOR, PERIODS } from './vanish.ts';

const B1 = '00000000-0000-4000-8000-000000000001';
const B2 = '00000000-0000-4000-8000-000000000002';
const NAME = `orders-${B1}`;

row(
  'D15',
  'credentials that cannot be used leave the last good ones in place, and the Application says so',
  async (world) => {
    const { landscape } = world.simulator;
    const { id } = landscape.createApplication({ name: 'orders', bundles: [bundle(B1, 'not-a-password')] });
    world.here();
    await world.configure();
    await world.reaches('Synchronized');
    const good = await world.secret('kyma-system', NAME);
    const url = 'https://auth.example.com/token';
    const unusable = [
      { type: 'CertificateOAuth' as const, clientId: 'client', certificate: 'not-a-certificate', url },
      { type: 'Basic' as const, username: '', password: '' },
      { type: 'OAuth' as const, clientId: 'client', clientSecret: '', url },
    ];
    for (const credential of unusable) {
      const bundles = [{ ...bundle(B1), defaultInstanceAuth: { credential } }];
      landscape.updateApplication(id, { bundles, description: credential.type });
      const seen = await until(`${credential.type} is seen`, async () => {
        const orders = await application(world, 'orders');
        const note = orders?.metadata.annotations?.[SYNC_ERROR_ANNOTATION] ?? '';
        const isNoted = /^UnknownCredential: .*last good/.test(note);
        return orders?.spec?.description === credential.type && isNoted && orders;
      });
      assert.deepEqual(secretsNamedBy(seen), [NAME]);
      assert.deepEqual(await world.secret('kyma-system', NAME), good);
    }
    const failed = await world.reaches('ResourceApplicationFailed');
    assert.equal(conditionOf(failed, 'Synchronized')?.reason, 'UnknownCredential');
    landscape.updateApplication(id, { bundles: [bundle(B1, 'another-password')] });
    const healed = await until('it is healed', async () => {
      const orders = await application(world, 'orders');
      return !orders?.metadata.annotations?.[SYNC_ERROR_ANNOTATION] && orders;
    });
    assert.deepEqual(secretsNamedBy(healed), [NAME]);
    assert.equal((await world.secret('kyma-system', NAME))?.['password'], 'another-password');
    secretsWereThere(world);
  },
  EMBEDDED_ONLY,
);

row(
  'D16',
  'the Secret of credentials that were taken away goes after the last entry that names it, and no other Secret does',
  async (world) => {
    const { landscape } = world.simulator;
    const bundles = [bundle(B1, 'not-a-password'), bundle(B2, 'not-a-password')];
    const { id } = landscape.createApplication({ name: 'orders', bundles });
    world.here(PERIODS, fastClock(FACTOR));
    await world.configure();
    await world.reaches('Synchronized');
    const owner = (await application(world, 'orders')) ?? assert.fail();
    const { apiVersion, kind, metadata } = owner;
    const theirs = {
      name: `mine-${B1}`,
      namespace: 'kyma-system',
      labels: { app: 'orders', bundleId: 'mine' },
      ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '' }],
    };
    await world.cluster.cluster.create(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata: theirs });
    landscape.updateApplication(id, { bundles: [bundle(B1), bundle(B2, 'not-a-password')] });
    await until('it goes', async () => !(await world.secret('kyma-system', NAME)), 60_000);
    const orders = (await application(world, 'orders')) ?? assert.fail();
    assert.deepEqual(secretsNamedBy(orders), [`orders-${B2}`]);
    assert.ok(await world.secret('kyma-system', `orders-${B2}`));
    assert.ok(await world.secret('kyma-system', theirs.name));
    secretsWereThere(world);
  },
  EMBEDDED_ONLY,
);

row(
  'S2',
  'a Secret of somebody else under a planned name is left alone, and its Application says why',
  async (world) => {
    const { landscape } = world.simulator;
    const metadata = { name: NAME, namespace: 'kyma-system', labels: { app: 'orders', bundleId: B1 } };
    const object: Secret = { apiVersion: 'v1', kind: 'Secret', metadata, data: { mine: 'aXQgaXMgbWluZQ==' } };
    const { metadata: before } = await world.cluster.cluster.create<Secret>(SECRET, object);
    landscape.createApplication({ name: 'orders', bundles: [bundle(B1, 'not-a-password')] });
    landscape.createApplication({ name: 'others', bundles: [bundle(B2, 'not-a-password')] });
    world.here();
    await world.configure();
    const failed = await world.reaches('ResourceApplicationFailed');
    assert.equal(conditionOf(failed, 'Synchronized')?.reason, 'ForeignObject');
    const { failures = [] } = (await reportOf(world)) ?? {};
    assert.deepEqual(
      failures.map(({ name, reason }) => [name, reason]),
      [['orders', 'ForeignObject']],
    );
    assert.deepEqual((await application(world, 'orders'))?.spec?.services ?? [], []);
    assert.ok(await world.secret('kyma-system', `others-${B2}`));
    const after = await world.cluster.cluster.get({ kind: SECRET, namespace: 'kyma-system', name: NAME });
    assert.equal(after.metadata.resourceVersion, before.resourceVersion);
  },
);
