import { APPLICATION } from '#common/resources/application.ts';
import { applicationOwners } from './ownership.ts';
import type { PlanEntry } from './plan-document.ts';
import type { PlanRecord, RecordedChange } from './plan-record.ts';
import type { PresentApplication, PresentSecret } from './present.ts';
import type { RoundResult } from './synchronize-once.ts';

/**
 * Everything that a plan has to say, by the names of the Applications: what it wrote, what goes along with that, what is
 * not listed and stays all the same, and what fails.
 */
export function entriesOf(result: RoundResult, record: PlanRecord): PlanEntry[] {
  const changes = record.changes();
  const listedAs = namesInListing(result, changes);
  const along = goingAlong(changes, result);
  const entries = [
    ...changes.map((change) => explained(change, changes, result)),
    ...along,
    ...waiting(result).filter(({ kind, name }) => !along.some((one) => one.kind === kind && one.name === name)),
  ];
  return [...entries.map((entry) => withListedName(entry, listedAs)), ...failing(result)].toSorted(byApplication);
}

function explained({ entry, id }: RecordedChange, changes: readonly RecordedChange[], result: RoundResult): PlanEntry {
  const isApplication = entry.kind === APPLICATION.kind;
  if (entry.action === 'delete') {
    const listed = result.judged?.listing.heads.get(id ?? '');
    const why = listed === undefined ? 'no longer listed' : `renamed to ${listed}`;
    return { ...entry, message: isApplication ? why : 'no Application refers to it' };
  }
  if (!isApplication || entry.action !== 'create') return entry;
  const former = changes.find((other) => other.id === id && other.entry.action === 'delete');
  return former ? { ...entry, message: `renamed from ${former.entry.name}` } : entry;
}

/** Kubernetes removes a Secret with the last of its owners. */
function goingAlong(changes: readonly RecordedChange[], { round }: RoundResult): PlanEntry[] {
  const gone = new Map(
    changes.flatMap(({ entry, uid }) =>
      entry.kind === APPLICATION.kind && entry.action === 'delete' && uid !== undefined ? [[uid, entry.name]] : [],
    ),
  );
  return [...round.scene.present.secrets()].flatMap((secret) => {
    const owners = applicationOwners(secret.owners);
    if (owners.length < secret.owners.length) return [];
    const names = owners.flatMap((uid) => gone.get(uid) ?? []);
    const [application] = names;
    if (application === undefined || names.length < owners.length) return [];
    const entry = secretEntry(secret, round.scene.place.integrationNamespace);
    return [{ ...entry, application, action: 'delete', message: `goes with its Application ${application}` }];
  });
}

const UNCONFIRMED = {
  action: 'hold',
  reason: 'Unconfirmed',
  message: 'goes when a second listing, at least a minute later, lacks it too',
};
const SUSPENDED = { action: 'hold', reason: 'Suspended', message: 'stays while deletions are suspended' };

/** What is not listed and stays for now: held, suspended, or not yet confirmed by another listing. */
function waiting({ judged, outcome, round }: RoundResult): PlanEntry[] {
  if (!judged?.listing.complete) return [];
  const { unlisted, verdict } = judged;
  const { held } = outcome;
  const unconfirmed = outcome.suspended === undefined ? UNCONFIRMED : SUSPENDED;
  const heldBack = held && { action: 'hold', reason: 'DeletionsHeld', message: `held by plan ${held.id}` };
  const waits = ({ uid }: PresentApplication | PresentSecret, may: ReadonlySet<string>) => !may.has(uid);
  const applications = unlisted.applications.filter((one) => waits(one, verdict.applications));
  const secrets = unlisted.secrets.filter((one) => waits(one, verdict.secrets));
  const namespace = round.scene.place.integrationNamespace;
  return [
    ...applications.map(({ name }) => ({ kind: APPLICATION.kind, name, ...(heldBack ?? unconfirmed) })),
    ...secrets.map((secret) => ({
      ...secretEntry(secret, namespace),
      ...ownerOf(secret, round.scene.present),
      ...unconfirmed,
    })),
  ];
}

/** By the names in the listing, whatever the cluster calls them. */
function failing({ outcome }: RoundResult): PlanEntry[] {
  return outcome.failed.map(({ name, id, reason, message }) => ({
    kind: APPLICATION.kind,
    name: name || id || 'without a name',
    action: 'fail',
    reason,
    message,
  }));
}

function secretEntry({ name }: PresentSecret, namespace: string): Pick<PlanEntry, 'kind' | 'name' | 'namespace'> {
  return { kind: 'Secret', name, namespace };
}

function ownerOf(
  { owners }: PresentSecret,
  present: RoundResult['round']['scene']['present'],
): Pick<PlanEntry, 'application'> {
  const [owner] = applicationOwners(owners).flatMap((uid) => present.applicationByUid(uid) ?? []);
  return owner ? { application: owner.name } : {};
}

/** The Director's names of the Applications that are written under another one. */
function namesInListing({ judged }: RoundResult, changes: readonly RecordedChange[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { entry, id } of changes) {
    const listed = judged?.listing.heads.get(id ?? '');
    if (listed !== undefined && listed !== entry.name) names.set(entry.name, listed);
  }
  return names;
}

function withListedName(entry: PlanEntry, listedAs: ReadonlyMap<string, string>): PlanEntry {
  const listed = listedAs.get(entry.application ?? entry.name);
  return listed === undefined ? entry : { ...entry, listedAs: listed };
}

function byApplication(a: PlanEntry, b: PlanEntry): number {
  const key = ({ kind, name, application = name }: PlanEntry) => [application, kind, name].join('\0');
  const [left, right] = [key(a), key(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
