import { createHmac } from 'node:crypto';
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
  type ReportedPlan,
  type ReportedRequest,
} from '#common/resources/report.ts';
import type { Sensitive } from '#common/sensitive.ts';
import type { HeldPlan, SyncOutcome } from '#common/sync/outcome.ts';
import { currentOutcome } from './connection-state.ts';
import { clip } from './error-text.ts';
import type { ContactObservation, CredentialObservation, Observation } from './observation.ts';

export interface ReportContext {
  readonly connectionName: string;
  readonly places: ReportedPlaces;
  /** Keys the fingerprints; it stays in the state Secret. Without it none is reported. */
  readonly fingerprintKey: Sensitive | undefined;
}

const KEPT_CHANGES = 50;
const KEPT_REQUESTS = 32;

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
    identity: observation.credential && identity(observation.credential, context),
    contact: contacts(previous, observation),
    suspended: observation.sync?.suspended && present(observation.sync.suspended),
    check: checks(previous, observation),
    requests: requests(previous, observation),
    places: context.places,
    nextSync: timeOf(observation.nextSyncAt),
    ...synchronization(previous, observation),
    ...history(previous, observation),
  });
}

function synchronization(previous: Report | undefined, observation: Observation): Partial<Report> {
  const outcome = currentOutcome(observation);
  // until the first synchronization after a restart, what the last one said is the best that is known
  if (!outcome) return previous ? pick(previous, ['applications', 'failures', 'held']) : {};
  return present<Partial<Report>>({
    applications: outcome.fetch.ok ? counts(outcome) : previous?.applications,
    failures: outcome.fetch.ok
      ? outcome.failed.map((failed) => ({ ...failed, message: clip(failed.message) }))
      : previous?.failures,
    held: outcome.held && plan(outcome.held),
  });
}

function counts(outcome: SyncOutcome): ApplicationCounts {
  const { listed } = outcome.fetch;
  const { present: inCluster, inSync, secrets, failed, held } = outcome;
  return { listed, present: inCluster, inSync, failed: failed.length, held: held?.count ?? 0, secrets };
}

function plan({ id, count, names, since, budget, why }: HeldPlan): ReportedPlan {
  return { id, count, names, since: formatTime(since), budget, why };
}

function history(previous: Report | undefined, { sync, now }: Observation): Partial<Report> {
  const ended = sync?.attempted ? sync.outcome : undefined;
  const time = formatTime(sync?.time ?? now);
  const changedTo = changedRevision(previous, { sync });
  const isChanged = changedTo !== undefined;
  const revision = changedTo ?? previous?.revision ?? 0;
  const changes = ended ? changesOf(ended, revision) : [];
  return present<Partial<Report>>({
    changes: [...changes, ...(previous?.changes ?? [])].slice(0, KEPT_CHANGES),
    revision,
    lastSync: ended ? time : previous?.lastSync,
    lastChange: isChanged ? time : previous?.lastChange,
  });
}

/** Newest first. */
function changesOf({ changes }: SyncOutcome, revision: number): ReportedChange[] {
  return changes
    .toReversed()
    .map((change) => ({ ...change, time: formatTime(change.time), cause: clip(change.cause), revision }));
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
      stored: keyed(storedFingerprint, fingerprintKey),
      inUse: keyed(fingerprint, fingerprintKey),
    },
  });
}

/** Equal for equal certificates of this cluster, and of no use outside it. */
export function keyed(fingerprint: string, key: Sensitive): string {
  return createHmac('sha256', key.reveal()).update(fingerprint).digest('hex').slice(0, 32);
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

/** Newest first; the answer to a request replaces what was said about it before. */
function requests(previous: Report | undefined, observation: Observation): ReportedRequest[] {
  const reported = new Map((previous?.requests ?? []).map((request) => [`${request.verb} ${request.id}`, request]));
  const revision = changedRevision(previous, observation);
  for (const request of observation.requests) {
    const name = `${request.verb} ${request.id}`;
    const before = reported.get(name);
    const isNew = request.verb === 'sync' && request.finishedAt !== undefined && before?.finished === undefined;
    reported.set(name, {
      ...present<ReportedRequest>({
        verb: request.verb,
        id: request.id,
        accepted: before?.accepted ?? formatTime(request.acceptedAt),
        finished: timeOf(request.finishedAt),
        result: request.result,
        reason: request.reason,
        message: request.message === undefined ? undefined : clip(request.message),
        counts: request.counts,
        revision: isNew && request.counts ? revision : before?.revision,
      }),
    });
  }
  return [...reported.values()]
    .toSorted((a, b) => (a.accepted < b.accepted ? 1 : a.accepted > b.accepted ? -1 : 0))
    .slice(0, KEPT_REQUESTS);
}

/** The revision of what the synchronization of this pass changed; undefined where it changed nothing. */
function changedRevision(previous: Report | undefined, { sync }: Pick<Observation, 'sync'>): number | undefined {
  const isChanged = sync?.attempted === true && (sync.outcome?.changes.length ?? 0) > 0;
  return isChanged ? (previous?.revision ?? 0) + 1 : undefined;
}

function timeOf(epochMs: number | undefined): string | undefined {
  return epochMs === undefined ? undefined : formatTime(epochMs);
}

function pick<K extends keyof Report>(report: Report, keys: readonly K[]): Partial<Report> {
  return Object.fromEntries(keys.flatMap((key) => (report[key] === undefined ? [] : [[key, report[key]]])));
}

/** The object without the fields that are undefined, which JSON would drop anyway. */
function present<T>(fields: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
