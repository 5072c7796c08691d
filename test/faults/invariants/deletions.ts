import assert from 'node:assert/strict';
import type { KubeObject } from '#common/cluster/objects.ts';
import type { Application } from '#common/resources/application.ts';
import { secretsNamedBy } from '../director/landscape.ts';
import type { Sighting } from '../witness.ts';
import { type Chronicle, inForce, isOfSidecar, revisionOf } from './chronicle.ts';
import { listingsOf, type ServedListing } from './listed-pages.ts';

const CONFIRMATION_MS = 60_000;

/** I5 for both kinds, and of I6 that no Application without an id goes. */
export function checkDeletions(chronicle: Chronicle): void {
  const listings = listingsOf(chronicle.requests);
  for (const seen of deletedBySidecar(chronicle, chronicle.applications, '/applications/')) {
    const isExcused = chronicle.harm.has(seen.object.metadata.uid ?? '') || isPurged(chronicle, revisionOf(seen));
    if (!isExcused) checkApplication(chronicle, listings, seen);
  }
  for (const seen of deletedBySidecar(chronicle, chronicle.secrets, '/namespaces/kyma-system/secrets/')) {
    checkSecret(chronicle, seen.object.metadata.name, revisionOf(seen));
  }
}

/** Somebody had asked to disconnect, and for all to go. */
function isPurged({ connections }: Chronicle, revision: number): boolean {
  return connections.some((seen) => {
    const asked = JSON.stringify(seen.object.metadata.annotations ?? {});
    return revisionOf(seen) < revision && /disconnect":"[^"]*purge=/.test(asked);
  });
}

/** The versions with which objects went, or began to go, when the sidecar deleted them. */
function deletedBySidecar<T extends KubeObject>(
  { calls, since }: Chronicle,
  sightings: readonly Sighting<T>[],
  folder: string,
): ReadonlySet<Sighting<T>> {
  const deletions = calls.filter(
    (call) => isOfSidecar(call) && call.method === 'DELETE' && call.code < 300 && call.path.includes(folder),
  );
  const isGoing = ({ type, object }: Sighting<T>) => type === 'deleted' || 'deletionTimestamp' in object.metadata;
  const found = deletions.map((call) =>
    sightings.findLast((seen) => {
      const isMeant = call.path.endsWith(`/${seen.object.metadata.name}`) && revisionOf(seen) <= call.revision;
      return isMeant && isGoing(seen) && revisionOf(seen) > since;
    }),
  );
  return new Set(found.filter((seen) => seen !== undefined));
}

/**
 * I5: an Application goes when it stands under another name, or when it is in none of two complete and equal listings that
 * were served to one sidecar before, a minute apart, with none between that differs.
 */
function checkApplication(
  { applications, isClockKnown }: Chronicle,
  listings: readonly ServedListing[],
  seen: Sighting<Application>,
): void {
  const { name } = seen.object.metadata;
  const id = idOf(seen.object);
  assert.ok(id !== undefined, `I6: ${name} was deleted, and is not ours`);
  const revision = revisionOf(seen);
  const others = inForce(applications, revision, ({ metadata }) => metadata.name !== name);
  if (others.some((other) => idOf(other) === id)) return;
  const complete = listings.filter(({ isComplete, ended }) => isComplete && ended.revision < revision);
  const last = complete.at(-1);
  assert.ok(last, `I5: ${name} was deleted without a complete listing`);
  assert.ok(!last.ids.has(id), `I5: ${name} was deleted, and was in the last listing`);
  const isOfRun = ({ ids, begun }: ServedListing) => isEqual(ids, last.ids) && begun.life === last.begun.life;
  const [first = last] = complete.slice(complete.findLastIndex((one) => !isOfRun(one)) + 1);
  assert.notEqual(first, last, `I5: ${name} was deleted after one listing without it`);
  const apartMs = last.begun.clockMs - first.ended.clockMs;
  assert.ok(!isClockKnown || apartMs >= CONFIRMATION_MS, `I5: ${name} was deleted after ${Math.round(apartMs)} ms`);
}

const idOf = ({ spec }: Application) => spec?.compassMetadata?.applicationId;

function isEqual(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((id) => other.has(id));
}

/** I5: a Secret goes when no Application names it any more. */
function checkSecret({ applications }: Chronicle, name: string, revision: number): void {
  const named = inForce(applications, revision, () => true).find((one) => secretsNamedBy(one).includes(name));
  assert.ok(!named, `I5: the Secret ${name} was deleted, and ${named?.metadata.name} names it`);
}
