import { isReason } from '#common/errors.ts';
import type { CheckAnswers } from '../../check/answers.ts';
import type { PlacedFinding } from '../../check/finding.ts';
import { WHOLE_CHECK } from '../../check/options.ts';
import { runChecks } from '../../check/run.ts';
import { compassTransport } from '../../compass/transport.ts';
import { type Collector, Findings, type Ground, type Problem } from './collector.ts';

/** What the checks asked of the network and of the sidecar: each answer goes to `keep`. */
export function checks(keep: (answers: CheckAnswers) => void, timeoutMs: number): Collector {
  return {
    name: 'checks',
    what: 'the checks from this machine and by the sidecar',
    collect: (ground) => collect(ground, keep, timeoutMs),
  };
}

async function collect(ground: Ground, keep: (answers: CheckAnswers) => void, timeoutMs: number) {
  const findings = new Findings(ground);
  const { cluster, connection, namespace, invocation } = ground;
  await findings.try(async () => {
    const transport = await compassTransport(invocation);
    const run = await runChecks(invocation, {
      ...WHOLE_CHECK,
      ...{ timeoutMs, transport, cluster, name: connection?.name, namespace },
      onAnswers: (answers) => {
        keep(answers);
        findings.count([...(answers.here ?? []), ...(answers.agent ?? [])].length);
      },
    });
    const problem = unasked(run.findings);
    if (problem) findings.problem(problem);
  });
  return findings.result();
}

/** What kept the sidecar from answering: the checks say that it may not be asked, that it does not answer, or does not run. */
function unasked(found: readonly PlacedFinding[]): Problem | undefined {
  if (found.some(({ from }) => from === 'agent')) return undefined;
  const finding = found.find(
    ({ category, name, status }) => category === 'agent' && isOfAsking(name) && status !== 'ok',
  );
  if (!finding) return undefined;
  const { message, cause, reason, next } = finding;
  return {
    reason: isReason(reason) ? reason : 'ClusterForbidden',
    message: cause === undefined ? message : `${message}: ${cause}`,
    ...(next === undefined ? {} : { next }),
  };
}

function isOfAsking(name: string): boolean {
  return name === 'check' || name === 'running' || name === 'connection';
}
