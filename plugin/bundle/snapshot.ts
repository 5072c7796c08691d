import type { Cluster } from '#common/cluster/cluster.ts';
import type { KubeObject } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { isRecord } from '#common/json.ts';
import type { CheckAnswers } from '../check/answers.ts';
import { WHOLE_CHECK } from '../check/options.ts';
import { runChecks } from '../check/run.ts';
import type { Invocation } from '../command.ts';
import { sidecarNamespace } from '../kubeconfig/flags.ts';
import { look } from '../status/fetch.ts';
import type { Redactor } from './redaction/redactor.ts';
import { sanitize } from './redaction/sanitize.ts';
import type { Exchange } from './replay/exchange.ts';
import { recordingCluster } from './replay/recording-cluster.ts';

/**
 * Asks the cluster whatever `status`, `check` and `diff` ask it, each question once, and gives what it said. What it refuses
 * is an answer as well; throws what a bug throws.
 */
export async function takeSnapshot(
  invocation: Invocation,
  cluster: Cluster,
  name: string | undefined,
  check: CheckAnswers,
): Promise<readonly Exchange[]> {
  const { cluster: recorded, exchanges } = recordingCluster(cluster);
  const namespace = sidecarNamespace(invocation.flags, invocation.env);
  const looks = [
    () => look(recorded, { name, namespace }),
    () =>
      runChecks(invocation, {
        ...WHOLE_CHECK,
        ...{ transport: {}, cluster: recorded, name, namespace, recorded: check },
      }),
  ];
  for (const each of looks) {
    try {
      await each();
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
    }
  }
  return exchanges();
}

/** What was recorded, as it may be shown: objects by the rules for objects, all else by its looks. */
export function sanitizeExchanges(exchanges: readonly Exchange[], redactor: Redactor): Exchange[] {
  const shown = (answer: unknown): unknown => {
    if (Array.isArray(answer)) return answer.map(shown);
    return isObject(answer) ? sanitize(answer, redactor) : redactor.value(answer);
  };
  return exchanges.map(({ ask, answer, error }) => ({
    ask,
    ...(answer === undefined ? {} : { answer: shown(answer) }),
    ...(error === undefined ? {} : { error: redactor.value(error) as NonNullable<Exchange['error']> }),
  }));
}

function isObject(value: unknown): value is KubeObject {
  return isRecord(value) && isRecord(value['metadata']) && typeof value['kind'] === 'string';
}
