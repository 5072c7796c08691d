import assert from 'node:assert/strict';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { until } from '../../cluster/until.ts';
import { CONNECTION } from '../../journeys/world.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';

const BUSY = { APP_CONTROLLER_SYNC_PERIOD: '100ms', APP_MINIMAL_COMPASS_SYNC_TIME: '100ms' };

/** The lines above debug of a sidecar, by what they say. */
function linesAbove({ sidecars }: FaultWorld): readonly string[] {
  return sidecars.flatMap(({ lines }) => lines.filter(({ level }) => level !== 'debug').map(({ msg }) => msg));
}

const passes = ({ sidecars }: FaultWorld) =>
  sidecars.flatMap(({ lines }) => lines.filter(({ msg }) => msg === 'a pass ended')).length;

row('L5', 'what fails in every pass is said once, not in every pass', async (world) => {
  world.simulator.landscape.createApplication({ name: 'orders' });
  world.simulator.landscape.createApplication({ name: 'No Name' });
  world.here(BUSY);
  await world.configure();
  await world.reaches('ResourceApplicationFailed');
  // From now on every pass has three things to complain about.
  const untrusted = { connectorUrl: 'https://elsewhere.example.org/c', directorUrl: 'https://elsewhere.example.org/d' };
  await world.cluster.cluster.mergePatch(CONNECTION, { spec: { managementInfo: untrusted } });
  const refused = { kind: 'status', code: 500, message: 'no' } as const;
  const times = Number.MAX_SAFE_INTEGER;
  world.cluster.embedded?.faults.add({
    verb: 'patch',
    resource: COMPASS_CONNECTION.plural,
    user: 'admin',
    times,
    effect: refused,
  });
  world.cluster.embedded?.faults.add({ verb: 'patch', resource: 'configmaps', user: 'admin', times, effect: refused });
  await world.says(/the URLs in the CompassConnection are not trusted/);
  const before = linesAbove(world).length;
  const from = passes(world);
  await until('many passes have ended', () => Promise.resolve(passes(world) > from + 20));
  const lines = linesAbove(world).slice(before);
  assert.ok(lines.length <= new Set(lines).size + 2, lines.join('\n'));
  world.cluster.embedded?.faults.clear();
});

row('L5', 'a sidecar with nothing to do says nothing', async (world) => {
  world.simulator.landscape.createApplication({ name: 'orders' });
  world.here(BUSY);
  await world.configure();
  await world.reaches('Synchronized');
  await until('what follows from the pairing is said', () => Promise.resolve(passes(world) > 8));
  const before = linesAbove(world).length;
  const from = passes(world);
  await until('many passes have ended', () => Promise.resolve(passes(world) > from + 20));
  assert.deepEqual(linesAbove(world).slice(before), []);
});
