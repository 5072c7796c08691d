import type { Contact, Report, ReportedIdentity, ReportedPlan } from '#common/resources/report.ts';
import type { SuspensionFacts } from '../suspension/words.ts';
import type { ConnectionFacts, ContactFacts, IdentityFacts, SyncFacts } from './facts.ts';
import { instant } from './from-resource.ts';

/** What a sidecar's report says of its connection, for `name` where an old one does not say it itself. */
export function factsFromReport(report: Report, name: string, namespace: string | undefined): ConnectionFacts {
  return {
    name: report.connection ?? name,
    source: 'report',
    namespace,
    state: report.state,
    runtimeId: report.runtimeId,
    tenant: report.tenant,
    connectorUrl: report.connectorUrl,
    directorUrl: report.directorUrl,
    identity: report.identity && identityFacts(report.identity),
    connector: contactFacts(report.contact?.connector),
    director: directorFacts(report),
    sync: syncFacts(report),
    agent: { version: report.leader?.version, leader: report.leader?.pod },
    nextSyncAt: instant(report.nextSync),
    conditions: report.conditions ?? [],
    warnings: otherWarnings(report),
    changes: report.changes ?? [],
    requests: report.requests ?? [],
    steps: report.steps ?? [],
    omitted: report.omitted ?? {},
    notPermitted: [],
    remarks: [],
  };
}

/** What a report says of the certificate, with times in milliseconds. */
export function identityFacts(identity: ReportedIdentity): IdentityFacts {
  return {
    commonName: identity.commonName,
    notBefore: instant(identity.notBefore),
    notAfter: instant(identity.notAfter),
    renewAt: instant(identity.renewAt),
    inUse: identity.fingerprints?.inUse,
    stored: identity.fingerprints?.stored,
  };
}

/** Most warnings are conditions as well, and are told as such. */
function otherWarnings({ warnings = [], conditions = [] }: Report): ConnectionFacts['warnings'] {
  const told = new Set(conditions.flatMap(({ type, reason }) => [type, reason]));
  return warnings.filter(({ type }) => !told.has(type));
}

function contactFacts(contact: Contact | undefined): ContactFacts | undefined {
  return contact && { time: instant(contact.time), latencyMs: contact.latencyMs, error: contact.error };
}

function directorFacts({ contact, applications }: Report): ConnectionFacts['director'] {
  const director = contact?.director;
  if (!director) return undefined;
  const { pages, complete, incompleteBecause } = director;
  return { ...contactFacts(director), pages, complete, incompleteBecause, listed: applications?.listed };
}

function syncFacts({ applications, failures, held, suspended, ...report }: Report): SyncFacts {
  return {
    listed: applications?.listed,
    present: applications?.present,
    inSync: applications?.inSync,
    secrets: applications?.secrets,
    failedCount: applications?.failed,
    failed: failures ?? [],
    held: held && heldFacts(held),
    suspended: suspended && suspensionFacts(suspended),
    endedAt: instant(report.lastSync),
    changedAt: instant(report.lastChange),
    revision: report.revision,
  };
}

function heldFacts({ id, count, budget, why, since, goesAt, decision }: ReportedPlan): SyncFacts['held'] {
  return { id, count, budget, why, since: instant(since), goesAt: instant(goesAt), decision };
}

/** What a report says is suspended, with times in milliseconds. */
function suspensionFacts({ until, since, ...said }: NonNullable<Report['suspended']>): SuspensionFacts {
  return { ...said, until: instant(until), since: instant(since) };
}
