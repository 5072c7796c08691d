import { type CheckDocument, checkDocument } from '../check/document.ts';
import { judge } from '../check/judge.ts';
import { formatCheck } from '../check/screen.ts';
import { verifyExitCode } from '../check/verify-exit.ts';
import type { Command, Invocation } from '../command.ts';
import { clusterFlags, sidecarNamespace } from '../kubeconfig/flags.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { readTimeoutMs, timeoutFlag } from '../wait/flags.ts';

export const VERIFICATION_DOCUMENT_KIND = 'CertificateVerification';

const SIDECAR_TIMEOUT_MS = 30_000;

/** `kubectl compass cert verify`: the stored certificate by what may be read, or by showing it to Compass. */
export const certVerify: Command = {
  details: `Judges the client certificate: whether key and certificate are a pair, whether the chain ends in the stored CA,
and its dates against its own lifetime and renewal. With --live the sidecar, which has the key, also shows it to Connector
and Director and asks who it is; nothing is changed by that. It says which TLS version, proxy and latency it met, and how far
the clocks are apart.`,
  exits: {
    0: 'good; with --live, and Compass accepts it',
    1: 'not good, or another request took the place of this one',
    3: undefined,
    4: undefined,
    5: undefined,
    6: undefined,
    7: 'the sidecar does not know how: it is too old',
    124: 'the sidecar did not answer',
    130: undefined,
    143: undefined,
  },
  flags: [
    { name: 'live', kind: 'switch', summary: 'let the sidecar show it to Connector and Director' },
    timeoutFlag('30s'),
  ],
  formats: ['default', ...DOCUMENT_FORMATS],
  documentKind: VERIFICATION_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass cert verify', does: 'What is stored: pair, chain and dates' },
    {
      command: 'kubectl compass cert verify --live',
      does: 'Whether Compass accepts it now, as the sidecar presents it',
    },
  ],
  run: runVerify,
};

async function runVerify(invocation: Invocation): Promise<number> {
  const { names, flags, env, clock, style, stdout } = invocation;
  const timeoutMs = readTimeoutMs(flags, SIDECAR_TIMEOUT_MS);
  const { cluster } = await invocation.connect();
  const { verifyCertificate } = await import('../check/verify.ts');
  const namespace = sidecarNamespace(flags, env);
  const run = await verifyCertificate(invocation, {
    cluster,
    name: names[0],
    namespace,
    live: flags.isOn('live'),
    timeoutMs,
  });
  const judgement = judge(run.findings, { categories: undefined, suppressed: new Set(), failOn: 'error' });
  const exitCode = verifyExitCode(judgement);
  const place = { clusterFlags: clusterFlags(flags), namedNamespace: flags.text('namespace') };
  await invocation.print({
    document: (): CheckDocument =>
      checkDocument(run, judgement, { kind: VERIFICATION_DOCUMENT_KIND, now: clock.now(), exitCode, ...place }),
    text: () => formatCheck(run, judgement, { ...style, ...place, width: stdout.columns ?? 80 }),
  });
  return exitCode;
}
