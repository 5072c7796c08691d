import { REASONS } from '#common/errors.ts';
import { notPermittedList } from '../connection/right.ts';
import { atCluster, nextFor, type Place, remediationOf } from '../failure.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import type { MigrationFinding } from './finding.ts';
import { exitCodeOfOutcome, type MigrationOutcome } from './outcome.ts';
import { sidecarPlace } from './sidecar-place.ts';
import { wantedReplicas } from './workload.ts';

export const MIGRATION_DOCUMENT_KIND = 'Migration';

/** The document of `-o json`. */
export function migrationDocument(
  outcome: MigrationOutcome,
  place: Place,
  now: number,
): ReportDocument & { readonly [part: string]: unknown } {
  const { action, dryRun, status, facts, phase, findings, steps, applications } = outcome;
  const { agent, record, settings, sidecars, connection } = facts;
  const exitCode = exitCodeOfOutcome(outcome);
  const [namespace = '', name = ''] = sidecarPlace(facts).split('/');
  const blockers = findings.filter((finding) => finding.status === 'error');
  const [blocker] = blockers;
  return {
    ...documentHead(MIGRATION_DOCUMENT_KIND, { status, exitCode }, now),
    ...(blocker ? errorOf(blockers, blocker, place) : {}),
    action,
    dryRun,
    phase,
    agent: {
      namespace: agent.metadata.namespace ?? '',
      name: agent.metadata.name,
      replicas: wantedReplicas(agent),
      ...(record ? { replicasBefore: record.replicas, stoppedAt: record.startedAt } : {}),
    },
    sidecar: { namespace, name, installed: sidecars.items.length > 0 },
    findings: findings.map((finding) => describeFinding(finding, place)),
    settings,
    steps,
    ...(applications ? { applications } : {}),
    ...(connection.denied ? { notPermitted: notPermittedList([connection.denied]) } : {}),
  };
}

function errorOf(blockers: readonly MigrationFinding[], first: MigrationFinding, place: Place) {
  const message = blockers.map((blocker) => blocker.message).join('; ');
  return {
    error: { code: REASONS.MigrationBlocked.code, reason: 'MigrationBlocked', message },
    remediation: [remediationOf(nextOfFinding(first, place) ?? nextFor('MigrationBlocked', place))],
  };
}

/** What to do about a finding; undefined where there is nothing. */
export function nextOfFinding({ status, next, reason }: MigrationFinding, place: Place): string | undefined {
  if (next !== undefined) return atCluster(next, place);
  return reason === undefined || status === 'ok' ? undefined : nextFor(reason, place);
}

function describeFinding(finding: MigrationFinding, place: Place): object {
  const { name, status, message, reason } = finding;
  const next = nextOfFinding(finding, place);
  return {
    name,
    status,
    message,
    ...(reason ? { reason, code: REASONS[reason].code } : {}),
    ...(next === undefined ? {} : { remediation: [remediationOf(next)] }),
  };
}
