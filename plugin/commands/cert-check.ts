import { parseDurationMs } from '#common/duration.ts';
import { CompassError, REASONS } from '#common/errors.ts';
import { type CheckVerdict, checkCertificate, type Least } from '../cert/check.ts';
import { checkDocument } from '../cert/check-document.ts';
import { formatCheck, formatCheckLine } from '../cert/check-view.ts';
import { fetchIdentity } from '../cert/identity.ts';
import { CERTIFICATE_CHECK_KIND } from '../cert/kinds.ts';
import type { Command, Invocation } from '../command.ts';
import type { ParsedFlags } from '../flags.ts';
import { clusterFlags, sidecarNamespace } from '../kubeconfig/flags.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { readDurationMs } from '../wait/flags.ts';

/** `kubectl compass cert check`: an exit code for scripts. */
export const certCheck: Command = {
  details: `Says by its exit code whether the client certificate of this cluster is good for long enough. A renewal takes
Compass: what --survive asks is whether the certificate lasts through an outage, or a hibernation, of that length that
begins now. Without --expires-in and --survive the question is whether a renewal is due by the sidecar's own deadline. No
Secret is read.`,
  exits: {
    0: 'good for long enough',
    1: 'a renewal is due, or it would not survive',
    3: undefined,
    4: undefined,
    6: 'expired, or refused by Compass',
  },
  flags: [
    {
      name: 'expires-in',
      kind: 'text',
      value: 'PERCENT|DURATION',
      summary: 'fail when less is left: 33% of its life, or 8h',
    },
    { name: 'survive', kind: 'text', value: 'DURATION', summary: 'fail when it ends within so long without Compass' },
  ],
  formats: ['default', 'oneline', ...DOCUMENT_FORMATS],
  documentKind: CERTIFICATE_CHECK_KIND,
  examples: [
    { command: 'kubectl compass cert check', does: 'Whether a renewal is due' },
    { command: 'kubectl compass cert check --survive 60h', does: 'Whether the cluster may sleep over the weekend' },
    { command: 'kubectl compass cert check --expires-in 33% -o oneline', does: 'For a cron job' },
  ],
  run: runCertCheck,
};

async function runCertCheck(invocation: Invocation): Promise<number> {
  const { names, flags, env, style, clock } = invocation;
  const demands = {
    expiresIn: readLeast(flags),
    surviveMs: flags.text('survive') === undefined ? undefined : readDurationMs(flags, 'survive', 0),
  };
  const { cluster } = await invocation.connect();
  const known = await fetchIdentity(cluster, { name: names[0], namespace: sidecarNamespace(flags, env) });
  const now = clock.now();
  const { notAfter } = known;
  if (notAfter === undefined) {
    throw new CompassError('ClusterNotFound', `the CompassConnection ${known.name} has no client certificate yet`, {
      next: 'kubectl compass status',
    });
  }
  const identity = { ...known, notAfter };
  const verdict = checkCertificate(identity, demands, now);
  const exitCode = exitOf(verdict);
  const place = { namespace: known.namespace, clusterFlags: clusterFlags(flags) };
  await invocation.print({
    document: () => checkDocument({ identity, verdict, exitCode, place, now }),
    text: (format) =>
      format === 'oneline'
        ? formatCheckLine(identity, verdict, now)
        : formatCheck(identity, verdict, { ...style, place }),
  });
  return exitCode;
}

function exitOf({ reason }: CheckVerdict): number {
  return reason === undefined ? 0 : REASONS[reason].exit;
}

function readLeast(flags: ParsedFlags): Least | undefined {
  const text = flags.text('expires-in');
  if (text === undefined) return undefined;
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (percent !== undefined && Number(percent) <= 100) return { percent: Number(percent) };
  const ms = parseDurationMs(text);
  if (ms !== undefined) return { ms };
  throw new CompassError(
    'Usage',
    `--expires-in is "${text}", and must be a share such as 33% or a duration such as 8h`,
  );
}
