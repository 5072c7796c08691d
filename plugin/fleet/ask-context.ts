import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { readUntil } from '#common/cluster/with-signal.ts';
import { CompassError } from '#common/errors.ts';
import { findConnections } from '../connection/find.ts';
import type { Contexts } from '../kubeconfig/contexts.ts';
import { clusterFlags } from '../kubeconfig/flags.ts';
import { humanDuration } from '../output/age.ts';
import { lookAt } from '../status/fetch.ts';
import { type CommandPlace, judge } from '../status/judge.ts';
import { factsOf, type Sight } from '../status/sight.ts';
import { orInterrupted } from '../wait/interruption.ts';
import { type Member, stateOfError, stateOfJudgement } from './member.ts';

interface AskContext {
  readonly contexts: Contexts;
  readonly clock: Clock;
  /** Where the sidecars are, if it was said. */
  readonly namespace: string | undefined;
  /** For one context, its credential plugin included; Infinity sets no limit. */
  readonly timeoutMs: number;
  /** Ends it whatever the limit. */
  readonly interrupted: AbortSignal;
  /** Where the words of a context's credential plugin go. */
  readonly wordsOf: (context: string) => NodeJS.WritableStream;
}

/**
 * All connections of one context, each judged as `status` judges it; one member without a view where none was seen in time.
 * Throws Usage for flags that make no sense in any context, and what is a bug.
 */
export async function askContext(context: string, options: AskContext): Promise<readonly Member[]> {
  const { contexts, clock, timeoutMs, interrupted } = options;
  const flags = contexts.flagsFor(context);
  const place: CommandPlace = { clusterFlags: clusterFlags(flags), namedNamespace: flags.text('namespace') };
  const tooLate = new AbortController();
  const done = new AbortController();
  const over = AbortSignal.any([tooLate.signal, interrupted]);
  if (Number.isFinite(timeoutMs)) {
    void clock.sleep(timeoutMs, done.signal).then(() => {
      if (!done.signal.aborted) tooLate.abort();
    });
  }
  try {
    const seen = await orInterrupted(look(context, over, options), { clock, interrupted: over });
    return seen.map((sight) => memberOf(context, sight, clock.now(), place));
  } catch (thrown) {
    if (!(thrown instanceof CompassError) || thrown.reason === 'Usage') throw thrown;
    const error = tooLate.signal.aborted ? inTime(thrown, timeoutMs) : thrown;
    const state = tooLate.signal.aborted ? 'Unreachable' : stateOfError(error);
    return [{ context, state, place, view: undefined, error }];
  } finally {
    done.abort();
  }
}

async function look(context: string, over: AbortSignal, options: AskContext): Promise<readonly Sight[]> {
  const { contexts, namespace, wordsOf } = options;
  const opened = contexts.open(context, { stderr: wordsOf(context), givenUp: over });
  const cluster: Cluster = readUntil(opened, over);
  try {
    const found = await findConnections(cluster, { namespace });
    return await Promise.all(found.map((connection) => lookAt(cluster, connection, { namespace })));
  } finally {
    opened.close();
  }
}

function memberOf(context: string, sight: Sight, now: number, place: CommandPlace): Member {
  const facts = factsOf(sight);
  const judgement = judge(facts, now, place);
  return { context, state: stateOfJudgement(judgement), place, view: { facts, judgement, now }, error: undefined };
}

/** What was cut off at the limit, and by whom the time was taken where that is known. */
function inTime(thrown: CompassError, timeoutMs: number): CompassError {
  const byPlugin = thrown.reason === 'ClusterUnauthorized' ? `: ${thrown.message}` : '';
  const limit = timeoutMs < 1_000 ? `${timeoutMs}ms` : humanDuration(timeoutMs);
  return new CompassError('ClusterUnreachable', `no answer within ${limit}${byPlugin}`, { cause: thrown });
}
