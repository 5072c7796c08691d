import assert from 'node:assert/strict';
import { type Kind, type KubeObject, SECRET } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { until } from '../cluster/until.ts';
import { type Chronicle, inForce } from './invariants/chronicle.ts';
import { checkPairs, checkProvenFirst } from './invariants/client-pairs.ts';
import { checkDeletions } from './invariants/deletions.ts';
import { checkDurableFirst } from './invariants/durable-first.ts';
import { checkPace } from './invariants/pace.ts';
import { checkQuiet } from './invariants/quiet.ts';
import { checkForeign, checkSecrecy } from './invariants/standing.ts';
import { checkTokens } from './invariants/tokens.ts';
import { checkTruth } from './invariants/truth.ts';
import type { Sighting } from './witness.ts';
import type { FaultWorld } from './world.ts';

/**
 * The invariants of the fault matrix, as far as they can be seen from outside: checked after each row. What came before what
 * is judged by the versions of the cluster's objects at which each request reached Compass and was answered.
 *
 * I7 is not among them: what a fault's end is, and whether a person has to help then, is the row's to say; every row waits
 * for its own. Of I9 it is seen that nothing fails without a pause, not that pauses grow, which takes minutes: that is
 * proven of the schedule, and of a fleet (L7). Of I11 it is seen that a sidecar lives and is not called synchronized when
 * it is not. I12 is seen where a row lets three passes go by with nothing to do.
 */
export async function checkInvariants(world: FaultWorld): Promise<void> {
  await hasSeenAll(world);
  if (world.cluster.embedded) checkHistory(world.chronicle());
  await checkForeign(world);
  await checkSecrecy(world);
  await checkTruth(world);
  for (const { hasEnded, output } of world.sidecars) assert.ok(!hasEnded, `I10: it ended by itself\n${output()}`);
}

/** Those that are judged by what happened. */
function checkHistory(chronicle: Chronicle): void {
  checkDurableFirst(chronicle);
  checkPairs(chronicle);
  checkProvenFirst(chronicle);
  checkTokens(chronicle);
  checkDeletions(chronicle);
  checkPace(chronicle);
  checkQuiet(chronicle);
}

/** The witness learns of a write by a watch, which may be a moment behind. */
async function hasSeenAll({ cluster: { embedded }, chronicle }: FaultWorld): Promise<void> {
  if (!embedded) return;
  const { secrets, applications, connections } = chronicle();
  const kinds: readonly [readonly Sighting<KubeObject>[], Kind][] = [
    [secrets, SECRET],
    [applications, APPLICATION],
    [connections, COMPASS_CONNECTION],
  ];
  const versionOf = ({ metadata: { uid, resourceVersion } }: KubeObject) => `${uid} ${resourceVersion}`;
  for (const [sightings, { plural, apiVersion }] of kinds) {
    await until(`the witness has seen the ${plural}`, () => {
      const present = inForce(sightings, Number.POSITIVE_INFINITY, () => true).map(versionOf);
      const stored = embedded
        .stored(plural, apiVersion.includes('/') ? apiVersion.split('/')[0] : '')
        .map((object) => versionOf(object as unknown as KubeObject));
      return Promise.resolve(present.toSorted().join() === stored.toSorted().join());
    });
  }
}
