import { formatTime } from '#common/clock.ts';
import type { CompassError } from '#common/errors.ts';
import type { CompassConnectionStatus } from '#common/resources/compass-connection.ts';
import {
  type ApplicationCounts,
  type CheckResult,
  type Contact,
  REPORT_SCHEMA_VERSION,
  type Report,
  type ReportedChange,
  type ReportedError,
  type ReportedIdentity,
  type ReportedPlaces,
  type ReportedStep,
} from '#common/resources/report.ts';
import type { Sensitive } from '#common/sensitive.ts';
import type { DeletionDecision } from '#common/sync/deletion-decision.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import { currentOutcome } from './connection-state.ts';
import { clip } from './error-text.ts';
import { reportedPlan } from './held-plan.ts';
import { keyedFingerprint } from './keyed-fingerprint.ts';
import type { ContactObservation, CredentialObservation, Observation, StepObservation } from './observation.ts';
import { present } from './present.ts';
import { changedRevision, reportedRequests } from './report-requests.ts';
import { reportedRevisions } from './revisions.ts';

export interface ReportContext {
  readonly connectionName: string;
  readonly places: ReportedPlaces;
  /** Keys the fingerprints; it stays in the state Secret. Without it none is reported. */
  readonly fingerprintKey: Sensitive | undefined;
}

const KEPT_CHANGES = 50;
const LONGEST_STEP = 512;

/**
 * The report that follows from an observation and the status made of it. `previous` supplies the history: changes,
 * answers to requests, contacts that this pass did not have. Whether it is worth a write is settle-report.ts's question.
 */
export function buildReport(
  previous: Report | undefined,
  status: CompassConnectionStatus,
  observation: Observation,
  context: ReportContext,
): Report {
  return present<Report>({
    schemaVersion: REPORT_SCHEMA_VERSION,
    connection: context.connectionName,
    observedGeneration: observation.generation,
    state: status.connectionState,
    runtimeId: observation.identity?.runtimeId,
    tenant: observation.identity?.tenant,
    connectorUrl: observation.urls?.connectorUrl,
    directorUrl: observation.urls?.directorUrl,
    leader: present<NonNullable<Report['leader']>>({
      pod: observation.leader.pod,
      version: observation.leader.version,
    }),
    conditions: status.conditions,
    warnings: observation.warnings.map(({ type, message }) => ({ type, message: clip(message) })),
    identity: observation.credential ? identity(observation.credential, context) : expired(previous, observation),
    contact: contacts(previous, observation),
    decision: observation.decision && reportedDecision(observation.decision),
    suspended: observation.sync?.suspended && present(observation.sync.suspended),
    check: checks(previous, observation),
    requests: reportedRequests(previous, observation),
    steps: observation.steps ? reportedSteps(observation.steps) : previous?.steps,
    token: observation.token,
    places: context.places,
    secretsUnpublished: observation.secretsUnpublished && clip(observation.secretsUnpublished),
    nextSync: timeOf(observation.nextSyncAt),
    ...synchronization(previous, observation),
    ...history(previous, observation),
  });
}

function synchronization(previous: Report | undefined, observation: Observation): Partial<Report> {
  if (observation.purge) return purged(observation.purge);
  const outcome = currentOutcome(observation);
  // until the first synchronization after a restart, what the last one said is the best that is known
  if (!outcome) return previous ? pick(previous, ['applications', 'failures', 'held']) : {};
  const held = reportedPlan(previous, outcome, observation.decision);
  return present<Partial<Report>>({
    applications: outcome.fetch.ok ? counts(outcome, held?.count) : previous?.applications,
    failures: outcome.fetch.ok
      ? outcome.failed.map((failed) => ({ ...failed, message: clip(failed.message) }))
      : previous?.failures,
    held,
  });
}

/** After the Applications were deleted on request: what is left are those that could not be. */
function purged({ remaining }: NonNullable<Observation['purge']>): Partial<Report> {
  const applications = { listed: 0, present: remaining, inSync: 0, failed: 0, held: 0, secrets: 0 };
  return { applications, failures: [] };
}

function counts(outcome: SyncOutcome, held = 0): ApplicationCounts {
  const { listed } = outcome.fetch;
  const { present: inCluster, inSync, secrets, failed } = outcome;
  return { listed, present: inCluster, inSync, failed: failed.length, held, secrets };
}

function history(previous: Report | undefined, observation: Observation): Partial<Report> {
  const { sync, purge, now } = observation;
  const ended = sync?.attempted ? sync.outcome : undefined;
  const time = formatTime(sync?.time ?? now);
  const changedTo = changedRevision(previous, { sync, purge });
  const revision = changedTo ?? previous?.revision ?? 0;
  const changes = changesOf([...(ended?.changes ?? []), ...(purge?.changes ?? [])], revision);
  return present<Partial<Report>>({
    changes: [...changes, ...(previous?.changes ?? [])].slice(0, KEPT_CHANGES),
    revisions: reportedRevisions(previous, observation, changedTo),
    revision,
    lastSync: ended ? time : previous?.lastSync,
    lastChange: changedTo === undefined ? previous?.lastChange : time,
  });
}

/** Newest first. */
function changesOf(changes: SyncOutcome['changes'], revision: number): ReportedChange[] {
  return changes
    .toReversed()
    .map((change) => ({ ...change, time: formatTime(change.time), cause: clip(change.cause), revision }));
}

/** A certificate that has expired is told of as long as there is no other: how long ago is the first thing that people ask. */
function expired(previous: Report | undefined, { connection, now }: Observation): ReportedIdentity | undefined {
  const before = previous?.identity;
  const isGivenUp = connection.error?.reason === 'Disconnected';
  return before && !isGivenUp && Date.parse(before.notAfter) <= now ? before : undefined;
}

function identity(credential: CredentialObservation, { fingerprintKey }: ReportContext): ReportedIdentity {
  const { fingerprint, storedFingerprint = fingerprint } = credential;
  return present<ReportedIdentity>({
    commonName: credential.commonName,
    acquired: timeOf(credential.acquired),
    notBefore: formatTime(credential.notBefore),
    notAfter: formatTime(credential.notAfter),
    renewAt: formatTime(credential.renewAt),
    fingerprints: fingerprintKey && {
      stored: keyedFingerprint(storedFingerprint, fingerprintKey),
      inUse: keyedFingerprint(fingerprint, fingerprintKey),
    },
  });
}

function contacts(previous: Report | undefined, observation: Observation): NonNullable<Report['contact']> {
  const { sync, connectorContact, now } = observation;
  const fetched = sync?.attempted ? sync.outcome?.fetch : undefined;
  const director: Contact | undefined = fetched && {
    ...contact({ time: sync?.time ?? now, latencyMs: fetched.latencyMs, error: fetched.error }),
    pages: fetched.pages,
    complete: fetched.complete,
    ...(fetched.incompleteBecause ? { incompleteBecause: clip(fetched.incompleteBecause) } : {}),
  };
  return present<NonNullable<Report['contact']>>({
    connector: connectorContact ? contact(connectorContact) : previous?.contact?.connector,
    director: director ?? previous?.contact?.director,
  });
}

function contact({ time, latencyMs, error }: ContactObservation): Contact {
  return present<Contact>({
    time: formatTime(time),
    latencyMs: Math.round(latencyMs),
    error: error && reportedError(error),
  });
}

function reportedError({ reason, message, requestId }: CompassError): ReportedError {
  return present<ReportedError>({ reason, message: clip(message), requestId });
}

function checks(previous: Report | undefined, { check }: Observation): Report['check'] {
  if (!check) return previous?.check;
  const results = check.results.map((result) => present<CheckResult>(result));
  return present<NonNullable<Report['check']>>({ time: formatTime(check.time), id: check.id, results });
}

function reportedDecision({ plan, verdict, at, by }: DeletionDecision): Report['decision'] {
  return present<NonNullable<Report['decision']>>({ plan, verdict, at: formatTime(at), by });
}

function timeOf(epochMs: number | undefined): string | undefined {
  return epochMs === undefined ? undefined : formatTime(epochMs);
}

function pick<K extends keyof Report>(report: Report, keys: readonly K[]): Partial<Report> {
  return Object.fromEntries(keys.flatMap((key) => (report[key] === undefined ? [] : [[key, report[key]]])));
}

export function reportedSteps(steps: readonly StepObservation[]): ReportedStep[] {
  return steps.map(({ time, step, status, message }) => {
    return { time: formatTime(time), step, status, message: clip(message, LONGEST_STEP) };
  });
}
