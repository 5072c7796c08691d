import type { CheckAnswers } from '../../check/answers.ts';
import { WHOLE_CHECK } from '../../check/options.ts';
import { runChecks } from '../../check/run.ts';
import { compassTransport } from '../../compass/transport.ts';
import { type Collector, Findings, type Ground } from './collector.ts';

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
    // What may not be looked at is said by the checks themselves; here it is what keeps the sidecar from being asked.
    const unasked = run.findings.find(({ name, category }) => name === 'check' && category === 'agent');
    if (unasked && unasked.status !== 'ok') {
      findings.problem({
        reason: unasked.reason === undefined ? 'ClusterForbidden' : 'SidecarSilent',
        message: `${unasked.message}${unasked.cause === undefined ? '' : `: ${unasked.cause}`}`,
        ...(unasked.next === undefined ? {} : { next: unasked.next }),
      });
    }
  });
  return findings.result();
}
