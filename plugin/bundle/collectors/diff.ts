import { CompassError } from '#common/errors.ts';
import { askPlan } from '../../diff/ask-plan.ts';
import { recordedError } from '../replay/exchange.ts';
import type { Replay } from '../replay/replay.ts';
import { type Collector, Findings, type Ground } from './collector.ts';

/** The plan that the sidecar computes, or what kept it from one: it goes to `keep`. */
export function diff(keep: (answer: NonNullable<Replay['diff']>) => void, timeoutMs: number): Collector {
  return {
    name: 'diff',
    what: 'what a synchronization would change, as the sidecar computes it',
    collect: (ground) => collect(ground, keep, timeoutMs),
  };
}

async function collect(ground: Ground, keep: (answer: NonNullable<Replay['diff']>) => void, timeoutMs: number) {
  const findings = new Findings(ground);
  const { cluster, connection, invocation } = ground;
  if (!connection) {
    findings.note('there is no connection yet');
    return findings.result();
  }
  await findings.try(async () => {
    try {
      const plan = await askPlan(invocation, { cluster, connection, names: [], timeoutMs });
      keep({ plan });
      findings.count(plan.entries.length);
    } catch (error) {
      if (error instanceof CompassError && !invocation.interrupted.aborted) keep({ error: recordedError(error) });
      throw error;
    }
  });
  return findings.result();
}
