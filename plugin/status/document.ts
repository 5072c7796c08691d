import { formatTime } from '#common/clock.ts';
import { REASONS } from '#common/errors.ts';
import { canICommand, describeRight } from '../connection/right.ts';
import { atCluster, remediationOf } from '../failure.ts';
import { DOCUMENT_API_VERSION, type Remediation, type ReportDocument } from '../output/document.ts';
import { suspensionText } from '../suspension/words.ts';
import type { ConnectionFacts, ContactFacts, IdentityFacts, SyncFacts } from './facts.ts';
import type { CommandPlace } from './judge.ts';
import type { Judgement, Problem, WayOut } from './judgement.ts';

export const STATUS_DOCUMENT_KIND = 'ConnectionReport';

/** The screen for programs: the same verdict, lines and problems, with the facts behind them. Additive changes only. */
export function statusDocument(
  facts: ConnectionFacts,
  judgement: Judgement,
  now: number,
  place: CommandPlace = {},
): ReportDocument & { readonly [part: string]: unknown } {
  const { verdict, exitCode, lines, problems, waysOut } = judgement;
  return {
    apiVersion: DOCUMENT_API_VERSION,
    kind: STATUS_DOCUMENT_KIND,
    generatedAt: formatTime(now),
    verdict: { status: verdict, exitCode },
    connection: {
      name: facts.name,
      state: facts.state,
      runtimeId: facts.runtimeId,
      tenant: facts.tenant,
      connectorUrl: facts.connectorUrl,
      directorUrl: facts.directorUrl,
    },
    source: facts.source,
    namespace: facts.namespace,
    identity: { status: lines.identity.level, ...identity(facts.identity, now) },
    connector: { status: lines.connector.level, ...contact(facts.connector) },
    director: {
      status: lines.director.level,
      ...contact(facts.director),
      pages: facts.director?.pages,
      complete: facts.director?.complete,
      incompleteBecause: facts.director?.incompleteBecause,
    },
    sync: { status: lines.sync.level, ...sync(facts.sync), nextAt: time(facts.nextSyncAt) },
    agent: {
      status: lines.agent.level,
      version: facts.agent?.version,
      leader: facts.agent?.leader,
      restarts: facts.agent?.restarts,
    },
    outage: { status: lines.outage.level, survivesSeconds: secondsLeft(facts.identity, now) },
    conditions: facts.conditions,
    warnings: facts.warnings,
    findings: problems.map((problem) => finding(problem, waysOut)),
    notPermitted: facts.notPermitted.map((right) => ({
      ...right,
      message: describeRight(right),
      remediation: [remediationOf(canICommand(right))],
    })),
    remarks: facts.remarks,
    requests: facts.requests,
    changes: facts.changes,
    omitted: facts.omitted,
    ...failureOf(facts, judgement, place),
  };
}

/** The gravest problem once more, where every document of a failure has it. */
function failureOf(
  { name }: ConnectionFacts,
  { verdict, exitCode, problems, waysOut }: Judgement,
  place: CommandPlace,
): Pick<ReportDocument, 'error' | 'remediation'> {
  if (exitCode === 0) return {};
  const [first] = problems;
  if (!first) {
    const { code, next } = REASONS.NotReady;
    const message = `${name} is ${verdict.toLowerCase()}`;
    return { error: { code, reason: 'NotReady', message }, remediation: [remediationOf(atCluster(next, place))] };
  }
  const { code = 'CMP0001', reason = 'InternalError', message } = first;
  return { error: { code, reason, message }, remediation: remediationsOf(first, waysOut) };
}

function finding(problem: Problem, waysOut: readonly WayOut[]): object {
  const { code, reason, severity, message } = problem;
  return { code, reason, severity, message, remediation: remediationsOf(problem, waysOut) };
}

function remediationsOf({ next, others, explain, isDeadEnd }: Problem, waysOut: readonly WayOut[]): Remediation[] {
  if (isDeadEnd) return waysOut.map(({ command }) => remediationOf(command));
  return [next, ...others, explain].filter((text) => text !== undefined).map(remediationOf);
}

function identity(facts: IdentityFacts | undefined, now: number): object {
  const { notBefore, notAfter } = facts ?? {};
  const left = secondsLeft(facts, now);
  const lifeMs = notBefore === undefined || notAfter === undefined ? undefined : notAfter - notBefore;
  return {
    commonName: facts?.commonName,
    notBefore: time(notBefore),
    notAfter: time(notAfter),
    renewAt: time(facts?.renewAt),
    remainingSeconds: left,
    lifetimeFractionLeft: lifeMs && left !== undefined ? Math.round((left * 100_000) / lifeMs) / 100 : undefined,
    sources: facts && { stored: facts.stored, inUse: facts.inUse },
  };
}

/** What is left of the certificate's life, and so of an outage that can be survived: never below zero. */
function secondsLeft(facts: IdentityFacts | undefined, now: number): number | undefined {
  return facts?.notAfter === undefined ? undefined : Math.max(0, Math.floor((facts.notAfter - now) / 1_000));
}

function contact(facts: ContactFacts | undefined): object {
  return { time: time(facts?.time), latencyMs: facts?.latencyMs, error: facts?.error };
}

function sync(facts: SyncFacts | undefined): object {
  return {
    listed: facts?.listed,
    present: facts?.present,
    inSync: facts?.inSync,
    secrets: facts?.secrets,
    failed: facts?.failedCount,
    failures: facts?.failed,
    held: facts?.held && { ...facts.held, since: time(facts.held.since), goesAt: time(facts.held.goesAt) },
    suspended: facts?.suspended && suspensionText(facts.suspended),
    suspension: facts?.suspended && {
      ...facts.suspended,
      until: time(facts.suspended.until),
      since: time(facts.suspended.since),
    },
    lastAt: time(facts?.endedAt),
    lastChangeAt: time(facts?.changedAt),
    revision: facts?.revision,
  };
}

function time(at: number | undefined): string | undefined {
  return at === undefined ? undefined : formatTime(at);
}
