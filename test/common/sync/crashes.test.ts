import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECRET } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { until } from '../../cluster/until.ts';
import type { BundleInput } from '../../simulator/application-input.ts';
import { basic, bundle, id, oauth } from './samples.ts';
import { INTEGRATION_NAMESPACE, type SyncWorld, startSyncWorld } from './world.ts';

/** Where faults can be switched on request by request. */
const EMBEDDED_ONLY = { skip: process.env['COMPASS_TEST_TARGET'] === 'genuine' && 'the genuine server has no faults' };

interface Step {
  readonly name: string;
  readonly bundles: readonly BundleInput[];
}

/** A life of one Application: made, its credentials changed, renamed to a name of the same Secrets and to another, bared. */
function lifeOf(number: number): readonly Step[] {
  const at = number * 1000;
  const long = `application-${number}-with-a-long-name`;
  const parameters = { additionalHeaders: { 'x-tenant': ['blue'] } };
  const whole = [bundle(at + 1, { defaultInstanceAuth: { ...basic(), ...parameters } }), bundle(at + 2)];
  const changed = [bundle(at + 1, { defaultInstanceAuth: oauth() }), bundle(at + 3, { defaultInstanceAuth: basic() })];
  return [
    { name: `${long}-x`, bundles: whole },
    { name: `${long}-x`, bundles: changed },
    { name: `${long}-y`, bundles: changed },
    { name: `short-${number}`, bundles: changed },
    { name: `short-${number}`, bundles: [bundle(at + 3)] },
  ];
}

async function applications(world: SyncWorld): Promise<readonly Application[]> {
  const all: Application[] = [];
  for await (const { items } of world.cluster.cluster.listPages<Application>(APPLICATION)) all.push(...items);
  return all;
}

function secretsNamedBy(all: readonly Application[]): ReadonlySet<string> {
  const entries = all.flatMap(({ spec }) => spec?.services ?? []).flatMap((service) => service.entries ?? []);
  const names = entries.flatMap((entry) => [entry.credentials?.secretName, entry.requestParametersSecretName]);
  return new Set(names.filter((name) => name !== undefined));
}

async function secretNames(world: SyncWorld): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for await (const { items } of world.cluster.cluster.listPages(SECRET, { namespace: INTEGRATION_NAMESPACE })) {
    for (const { metadata } of items) names.add(metadata.name);
  }
  return names;
}

async function assertEveryEntryHasItsSecret(world: SyncWorld, when: string): Promise<void> {
  const present = await secretNames(world);
  for (const name of secretsNamedBy(await applications(world)))
    assert.ok(present.has(name), `${name} is missing ${when}`);
}

/** The first two requests of a synchronization list what is present. */
const FIRST_WRITE = 2;

/** The sidecar dies after its n-th request, which is carried out but never answered. True when it was through before. */
async function syncUntilRequest(world: SyncWorld, n: number): Promise<boolean> {
  const faults = world.cluster.embedded?.faults ?? assert.fail('no faults here');
  faults.add({ skip: n, times: 1, effect: { kind: 'cut', when: 'after' } });
  faults.add({ skip: n + 1, times: 1e9, effect: { kind: 'cut', when: 'before' } });
  const outcome = await world.another()();
  faults.clear();
  return outcome.applyError === undefined && outcome.failed.length === 0;
}

test('P18: after whichever write it dies, the next synchronization completes', EMBEDDED_ONLY, async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  let number = 0;
  for (const stage of [0, 1, 2, 3, 4]) {
    for (let n = FIRST_WRITE, isThrough = false; !isThrough; n += 1) {
      number += 1;
      const life = lifeOf(number);
      const list = ({ name, bundles }: Step) =>
        landscape.createApplication({ id: id(number), name, bundles: [...bundles] });
      const before = life[stage - 1];
      if (before) {
        list(before);
        await world.sync();
      }
      const step = life[stage] ?? assert.fail('no such stage');
      const when = `when it dies after request ${n} of stage ${stage}`;
      list(step);
      isThrough = await syncUntilRequest(world, n);
      await assertEveryEntryHasItsSecret(world, when);

      const restarted = world.another();
      assert.deepEqual((await restarted()).failed, [], when);
      world.clock.advance(60_000);
      await restarted();
      const present = await applications(world);
      const bundles = present.map(({ metadata, spec }) => [
        metadata.name,
        spec?.services?.map((service) => service.id),
      ]);
      assert.deepEqual(bundles, [[step.name, step.bundles.map((one) => one.id)]], when);
      assert.deepEqual(await secretNames(world), secretsNamedBy(present), when);

      landscape.deleteAllApplications();
      for (const { metadata } of present)
        await world.cluster.cluster.delete({ kind: APPLICATION, name: metadata.name });
      await until('the Secrets to go with them', async () => (await secretNames(world)).size === 0 || undefined);
    }
  }
  assert.ok(number > 20, `${number} crashes`);
});
