import type { Reason } from '#common/errors.ts';
import { canICommand, describeRight } from '../connection/right.ts';
import { humanDuration } from '../output/age.ts';
import type { MigrationFinding } from './finding.ts';
import type { AgentSecrets, FoundSecret } from './secrets.ts';

/** Whether the agent's three Secrets can be taken over. `now` in milliseconds since the epoch. */
export function judgeSecrets({ configuration, client, ca }: AgentSecrets, now: number): readonly MigrationFinding[] {
  return [
    judge('configuration', configuration, { absent: 'ConfigurationMissing', text: 'Connector, Runtime and tenant' }),
    judge('certificate', client, { absent: 'TokenRequired', text: validFor(client, now) }),
    judge('ca', ca, { absent: undefined, text: 'roots of Compass for the gateway' }),
  ];
}

interface Judging {
  /** Why it is in the way where there is none; undefined where it may be missing. */
  readonly absent: Reason | undefined;
  readonly text: string;
}

function judge(name: string, { place, kind, denied, flaw }: FoundSecret, { absent, text }: Judging): MigrationFinding {
  const where = `${place.namespace}/${place.name}`;
  if (denied) {
    return {
      name,
      status: 'skipped',
      message: `${describeRight(denied)}; the sidecar will look`,
      next: canICommand(denied),
    };
  }
  if (!kind) {
    const message = `there is no secret ${where}`;
    if (absent === undefined) return { name, status: 'warning', message: `${message}: the gateway's CA is not kept` };
    return { name, status: 'error', reason: absent, message };
  }
  if (flaw) return { name, status: 'error', reason: flaw.reason, message: `${kind} ${where}: ${flaw.message}` };
  return { name, status: 'ok', message: `${kind} ${where}: ${text}` };
}

function validFor({ notAfter }: FoundSecret, now: number): string {
  return notAfter === undefined
    ? 'certificate and key'
    : `certificate and key, valid for ${humanDuration(notAfter - now)}`;
}
