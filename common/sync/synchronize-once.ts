import { CompassError } from '#common/errors.ts';
import type { Alterations } from './alterations.ts';
import { settleNames } from './conclude.ts';
import { deleteUnlisted, findUnlisted, toCandidate, type Unlisted } from './delete-unlisted.ts';
import { type DeletionState, type DeletionVerdict, judgeDeletions, type ListedIds, passOver } from './deletions.ts';
import type { Listing } from './listing.ts';
import { type FetchOutcome, type KeptDeletions, type SyncOutcome, toHeldPlan } from './outcome.ts';
import { isDisposable } from './ownership.ts';
import { Present } from './present.ts';
import { listedPresent } from './present-source.ts';
import { readListing } from './read-listing.ts';
import { Round } from './round.ts';
import { Stopped, writer } from './scene.ts';
import type { SettledBefore } from './settled-before.ts';
import type { SynchronizerOptions, SyncRequest } from './synchronize.ts';
import { Tally } from './tally.ts';
import type { WriteGate } from './write-gate.ts';

/** How often the list is read in one round, when it changes while it is read. */
const MOST_READINGS = 4;

/** Listings that confirm each other come in a row: so long, or so many periods, may lie between two of them. */
const SHORTEST_GAP_MS = 5 * 60_000;
const PERIODS_IN_GAP = 3;

/** What is remembered from round to round. */
export interface Memory {
  readonly deletions: DeletionState;
  readonly alterations: Alterations;
  /** Before all writes of a process. */
  readonly gate: WriteGate;
  /** What need not be looked at again. */
  readonly before: SettledBefore;
}

export interface RoundResult {
  readonly outcome: SyncOutcome;
  readonly deletions: DeletionState;
  readonly round: Round;
  /** What the rule of deleting said, and of what; undefined where it was not asked. */
  readonly judged: Judged | undefined;
}

export interface Judged {
  readonly listing: Listing;
  readonly unlisted: Unlisted;
  readonly verdict: DeletionVerdict;
}

/** One round: what is present, then the listing page by page, each planned, applied and dropped, then what it leaves. */
export async function synchronizeOnce(
  options: SynchronizerOptions,
  request: SyncRequest,
  { deletions, alterations, gate, before }: Memory,
): Promise<RoundResult> {
  const { cluster, clock, config, mayDelete: isAllowed = () => true } = options;
  const beganMs = clock.monotonicMs();
  const place = { connectionName: config.connectionName, integrationNamespace: config.integrationNamespace };
  const source = options.present ?? listedPresent(cluster, place);
  const seen = await source.open(request.signal).catch(toCompassError);
  const present = seen instanceof CompassError ? new Present() : seen;
  const tally = new Tally(() => clock.now());
  const claimSecret = (name: string, id: string) => tally.claim(name, id);
  const key = options.fingerprintKey?.();
  before.begin(key);
  const marking = () => ({ key, now: clock.now() });
  const write = writer(gate, request.signal, () => {
    tally.writes += 1;
  });
  const read = writer(gate, request.signal);
  const mayDelete = () => !request.deletionsSuspended && isAllowed();
  const scene = { cluster, place, present, alterations, claimSecret, marking, mayDelete, write, read };
  const settings = { gatewayUrl: config.centralGatewayUrl, skipVerify: config.skipAppsTlsVerify };
  const round = new Round(scene, tally, settings, before);
  if (seen instanceof CompassError) round.applyError = seen;
  const progress: Progress = { round, before, fetch: NOTHING_FETCHED, deletions, kept: keptFor(request) };
  const stopped = await untilStopped(() => carryOut(options, request, progress));
  const measured = { stopped, durationMs: clock.monotonicMs() - beganMs, writeLimit: gate.limit };
  const outcome = toOutcome(progress, request, measured);
  return { outcome, deletions: progress.deletions, round, judged: progress.judged };
}

interface Progress {
  readonly round: Round;
  readonly before: SettledBefore;
  fetch: FetchOutcome;
  deletions: DeletionState;
  kept: KeptDeletions;
  judged?: Judged;
}

/** What was said of one Runtime's plan says nothing of another's. */
function keptFor({ kept, runtimeId }: SyncRequest): KeptDeletions {
  return { held: kept?.held, decision: kept?.decision?.runtimeId === runtimeId ? kept.decision : undefined };
}

const NOTHING_FETCHED: FetchOutcome = { ok: true, pages: 0, listed: 0, complete: false, latencyMs: 0 };

async function carryOut(options: SynchronizerOptions, request: SyncRequest, progress: Progress): Promise<void> {
  const { round } = progress;
  const source = options.director(request);
  for (let readings = 1; readings <= MOST_READINGS; readings += 1) {
    const listing = await readListing(options, request, round, source);
    progress.fetch = toFetchOutcome(listing, progress.fetch);
    if (listing.isTorn && readings < MOST_READINGS && !request.signal?.aborted) {
      progress.deletions = passOver(progress.deletions, idsOf(listing));
      continue;
    }
    round.sight.conclude(listing);
    if (!round.applyError) await settleNames(round, listing);
    if (round.applyError) progress.deletions = passOver(progress.deletions, idsOf(listing));
    else await conclude(options, request, progress, listing);
    if (round.overflow === 0 || round.applyError || listing.error) return;
  }
}

/** What the listing leaves without a reason to be: judged by the one rule of deleting, and removed. */
async function conclude(
  { clock, config, holdMs = Number.POSITIVE_INFINITY }: SynchronizerOptions,
  { deletionsSuspended: isSuspended }: SyncRequest,
  progress: Progress,
  listing: Listing,
): Promise<void> {
  const unlisted = findUnlisted(progress.round, listing);
  const { held, decision } = progress.kept;
  const verdict = judgeDeletions(progress.deletions, {
    beganMs: listing.beganMs,
    nowMs: clock.monotonicMs(),
    now: clock.now(),
    listing: idsOf(listing),
    present: unlisted.present,
    applications: unlisted.applications.map(toCandidate),
    secrets: unlisted.secrets.map(toCandidate),
    budget: config.deletionBudget,
    holdMs,
    longestGapMs: Math.max(SHORTEST_GAP_MS, PERIODS_IN_GAP * (config.syncPeriodMs ?? 0)),
    decision,
    heldBefore: held,
    isSuspended,
  });
  progress.deletions = verdict.state;
  if (listing.complete) {
    progress.kept = toKept(verdict);
    progress.before.keepOnly(listing.heads);
  }
  progress.judged = { listing, unlisted, verdict };
  await deleteUnlisted(progress.round, unlisted, verdict);
}

function toKept({ held, decision }: DeletionVerdict): KeptDeletions {
  return { held: held && { id: held.id, since: held.since, members: held.members }, decision };
}

function idsOf({ complete, digest, heads }: Listing): ListedIds {
  return { complete, digest, ids: heads };
}

function toFetchOutcome(listing: Listing, before: FetchOutcome): FetchOutcome {
  return {
    ok: listing.error === undefined,
    error: listing.error,
    pages: before.pages + listing.pages,
    listed: listing.heads.size,
    complete: listing.complete,
    incompleteBecause: listing.incompleteBecause,
    latencyMs: before.latencyMs + listing.latencyMs,
  };
}

function toOutcome(
  { round, fetch, deletions, kept, judged }: Progress,
  { deletionsSuspended }: SyncRequest,
  measured: Pick<SyncOutcome, 'stopped' | 'durationMs' | 'writeLimit'>,
): SyncOutcome {
  const { tally, scene, applyError } = round;
  const { created, updated, deleted, deletedSecrets, inSync, wanted, failed, changes, writes } = tally;
  const { connectionName } = scene.place;
  let present = 0;
  for (const name of scene.present.applicationNames()) {
    const ownership = tally.isPlain(name) ? 'ours' : (scene.present.application(name)?.ownership ?? 'foreign');
    const isKept = ownership !== 'foreign' && (isDisposable(ownership, connectionName) || tally.isSettled(name));
    if (isKept) present += 1;
  }
  return {
    fetch,
    present,
    inSync,
    created: [...created],
    updated: [...updated],
    deleted: [...deleted],
    deletedSecrets,
    unchanged: Math.max(0, tally.settledCount - created.size - updated.size),
    secrets: wanted.size,
    failed,
    held: toHeldPlan(deletions.held),
    ...(deletionsSuspended && judged?.listing.complete ? { suspended: judged.unlisted.applications.length } : {}),
    kept,
    changes,
    applyError,
    ...measured,
    writes,
  };
}

async function untilStopped(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return false;
  } catch (error) {
    if (error instanceof Stopped) return true;
    throw error;
  }
}

function toCompassError(error: unknown): CompassError {
  if (error instanceof CompassError) return error;
  throw error;
}
