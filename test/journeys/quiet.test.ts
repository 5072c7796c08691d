import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#common/cluster/objects.ts';
import { CONFIG_MAP, type Kind, SECRET } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { until } from '../cluster/until.ts';
import { startWorld, type World } from './world.ts';

async function versions(world: World, kind: Kind): Promise<string[]> {
  const found: string[] = [];
  for await (const { items } of world.cluster.cluster.listPages<KubeObject>(kind)) {
    found.push(...items.map(({ metadata }) => `${kind.kind} ${metadata.name} ${metadata.resourceVersion}`));
  }
  return found.toSorted();
}

async function everything(world: World): Promise<string[]> {
  const kinds = [SECRET, CONFIG_MAP, APPLICATION, COMPASS_CONNECTION];
  return (await Promise.all(kinds.map((kind) => versions(world, kind)))).flat();
}

const listings = ({ simulator }: World) =>
  simulator.requests.list().filter(({ rootFields }) => rootFields.includes('applicationsForRuntime')).length;

test('I12: where nothing changes, round after round writes nothing and logs nothing', async (t) => {
  const world = await startWorld(t, { simulator: { samples: true } });
  await world.configure();
  const sidecar = world.start({ APP_LOG_LEVEL: 'info' });
  await world.reaches('ResourceApplicationFailed');
  const told = listings(world);
  await until('one more round', () => Promise.resolve(listings(world) > told + 1));
  const before = await everything(world);
  const lines = sidecar.lines.length;
  await until('three more rounds', () => Promise.resolve(listings(world) > told + 5));
  assert.deepEqual(await everything(world), before);
  assert.deepEqual(sidecar.lines.slice(lines), []);
});

test('without a configuration it waits, and does not ask the API server again and again', async (t) => {
  const world = await startWorld(t);
  const sidecar = world.start();
  await world.reaches('ConnectionFailed');
  const passes = () => sidecar.lines.filter(({ msg }) => msg === 'a pass ended').length;
  await until('its first passes end', () => Promise.resolve(passes() > 0));
  await world.configure({ TOKEN: '' });
  await until('the configuration is seen', async () =>
    (await world.connection()).status?.connectionStatus.error?.includes('no TOKEN'),
  );
  assert.ok(passes() < 12, `${passes()} passes`);
});
