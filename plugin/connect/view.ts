import type { Report } from '#common/resources/report.ts';
import { connectionFullName } from '../connection/full-name.ts';
import { dryRunNote } from '../dry-run.ts';
import { humanDuration } from '../output/age.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import type { Result } from '../output/print.ts';
import type { PairingOutcome } from './outcome.ts';
import { formatSeconds } from './seconds.ts';

export const CONNECT_DOCUMENT_KIND = 'ConnectResult';
export const RECONNECT_DOCUMENT_KIND = 'ReconnectResult';

/** What connect and reconnect print; `did` is the word for it: connected, reconnected. */
export function pairingResult(
  outcome: PairingOutcome,
  { kind, did, now }: { readonly kind: string; readonly did: 'connected' | 'reconnected'; readonly now: number },
): Result {
  const { target, waited } = outcome;
  return {
    document: () => pairingDocument(outcome, kind, waited ? did : 'asked', now),
    names: [connectionFullName(target.name)],
    text: () => (waited ? `${did} ${target.name} (${facts(outcome, did, now)})\n` : asked(outcome)),
  };
}

function facts({ report, elapsedMs }: PairingOutcome, did: string, now: number): string {
  const applications = did === 'connected' ? applicationsOf(report) : undefined;
  const notAfter = report?.identity?.notAfter;
  const certificate =
    applications === undefined && notAfter !== undefined
      ? `certificate valid for ${humanDuration(Date.parse(notAfter) - now)}`
      : undefined;
  return [applications, certificate, formatSeconds(elapsedMs)].filter((fact) => fact !== undefined).join(', ');
}

function applicationsOf(report: Report | undefined): string | undefined {
  const count = report?.applications?.inSync;
  return count === undefined ? undefined : `${count} ${count === 1 ? 'application' : 'applications'}`;
}

/** Not waited for: what was written, in kubectl's words. */
function asked({ target, stored, dryRun }: PairingOutcome): string {
  const { configuration } = target.places;
  const what = stored ? `secret/${configuration.name} ${stored.action}` : `${connectionFullName(target.name)} deleted`;
  return `${what}${dryRunNote(dryRun)}\n`;
}

function pairingDocument(outcome: PairingOutcome, kind: string, status: string, now: number): ReportDocument {
  const { target, stored, report, steps, dryRun, waited, elapsedMs } = outcome;
  const { identity, applications } = report ?? {};
  return {
    ...documentHead(kind, { status: dryRun === 'none' ? capitalized(status) : 'DryRun', exitCode: 0 }, now),
    ...{
      connection: target.name,
      namespace: target.namespace,
      dryRun,
      waited,
      elapsedSeconds: Math.round(elapsedMs / 100) / 10,
      ...(stored
        ? {
            configuration: { ...target.places.configuration, action: stored.action },
            connectorUrl: stored.settings.connectorUrl,
            runtimeId: stored.settings.runtimeId,
            tenant: stored.settings.tenant,
            reach: stored.reach,
          }
        : {}),
      steps: steps.map(({ time, step, status: stepStatus, message }) => ({ time, step, status: stepStatus, message })),
      identity: identity && {
        notBefore: identity.notBefore,
        notAfter: identity.notAfter,
        renewAt: identity.renewAt,
        fingerprint: identity.fingerprints?.inUse,
      },
      applications: applications && {
        listed: applications.listed,
        inSync: applications.inSync,
        failed: applications.failed,
      },
    },
  };
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
