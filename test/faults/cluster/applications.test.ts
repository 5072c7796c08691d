import assert from 'node:assert/strict';
import { CUSTOM_RESOURCE_DEFINITION } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { installCrd, readCrds } from '../../cluster/crds.ts';
import { until } from '../../cluster/until.ts';
import { conditionOf, errorOf } from '../../journeys/every-state.ts';
import { row } from '../row.ts';
import { type FaultWorld, FOREIGN } from '../world.ts';
import { clientSecret, EMBEDDED_ONLY, embedded, reportOf } from './steps.ts';

async function application({ cluster: { cluster } }: FaultWorld, name: string): Promise<Application | undefined> {
  return cluster.find<Application>({ kind: APPLICATION, name });
}

row(
  'K20',
  'without the Application definition it pairs all the same, and synchronizes when it appears',
  async (world) => {
    const { cluster } = world.cluster;
    const foreign = (await application(world, FOREIGN.application)) ?? assert.fail();
    world.harm.add(foreign.metadata.uid ?? '');
    const [definition] = (await readCrds('ours')).filter(({ metadata: { name } }) => name.startsWith('applications'));
    assert.ok(definition);
    await cluster.delete({ kind: CUSTOM_RESOURCE_DEFINITION, name: definition.metadata.name });
    world.simulator.landscape.createApplication({ name: 'orders' });
    world.here();
    await world.configure();
    const failed = await world.reaches('ResourceApplicationFailed');
    assert.ok(await clientSecret(world));
    assert.equal(conditionOf(failed, 'Connected')?.status, 'True');
    assert.equal(conditionOf(failed, 'Synchronized')?.reason, 'NotInstalled');
    await installCrd(cluster, definition);
    const {
      apiVersion,
      kind,
      metadata: { name },
      spec,
    } = foreign;
    await cluster.create<Application>(APPLICATION, { apiVersion, kind, metadata: { name }, ...(spec ? { spec } : {}) });
    await world.reaches('Synchronized');
    assert.ok(await application(world, 'orders'));
  },
);

row(
  'K21',
  'an Application that is too large, and one whose Secret is, are named; the others are synchronized',
  async (world) => {
    const { landscape } = world.simulator;
    landscape.createApplication({
      name: 'large',
      bundles: [
        {
          name: 'bundle',
          apiDefinitions: Array.from({ length: 150 }, (_, index) => ({
            name: `api ${index}`,
            targetURL: `https://orders.example.com/${'x'.repeat(11_000)}`,
          })),
        },
      ],
    });
    landscape.createApplication({
      name: 'large-secret',
      bundles: [
        {
          name: 'bundle',
          apiDefinitions: [{ name: 'api', targetURL: 'https://orders.example.com' }],
          defaultInstanceAuth: { credential: { type: 'Basic', username: 'user', password: 'p'.repeat(1_100_000) } },
        },
      ],
    });
    landscape.createApplication({ name: 'small' });
    world.here();
    await world.configure();
    const failed = await world.reaches('ResourceApplicationFailed');
    assert.match(errorOf(failed), /large.*large-secret/);
    const { failures = [] } = (await reportOf(world)) ?? {};
    assert.deepEqual(failures.map(({ name }) => name).toSorted(), ['large', 'large-secret']);
    assert.ok(
      failures.every(({ reason }) => reason === 'ObjectTooLarge'),
      JSON.stringify(failures),
    );
    assert.ok(await application(world, 'small'));
    assert.deepEqual(
      (await application(world, 'large-secret'))?.spec?.services ?? [],
      [],
      'no entry without its Secret',
    );
  },
);

row(
  'K24',
  'a list of Applications that expires half-way is begun anew: nothing is taken for missing',
  async (world) => {
    const { landscape } = world.simulator;
    for (let number = 0; number < 1_200; number += 1) landscape.createApplication({ name: `app-${number}` });
    const before = world.here({ APP_LOG_LEVEL: 'info' });
    await world.configure();
    await world.reaches('Synchronized');
    await before.stop();
    const { faults } = embedded(world);
    // Later pages alone are asked for with a continue token.
    faults.add({
      verb: 'list',
      resource: 'applications',
      user: 'admin',
      skip: 1,
      effect: { kind: 'status', code: 410, reason: 'Expired' },
    });
    // What is present is listed by whoever begins to lead.
    world.here({ APP_LOG_LEVEL: 'info' });
    await until('a list expired half-way', () => Promise.resolve(faults.list().length === 0));
    const syncs = world.count('director', 'applicationsForRuntime');
    await until('and the round ended', () =>
      Promise.resolve(world.count('director', 'applicationsForRuntime') > syncs + 12),
    );
    await world.reaches('Synchronized');
    const changed = world.witness.applications.filter(({ type }) => type === 'deleted');
    assert.deepEqual(changed, []);
  },
  EMBEDDED_ONLY,
);
