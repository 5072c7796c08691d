import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { PLAN_KEY, readPlan, type SyncPlan } from '#common/sync/plan-document.ts';
import { formatNames } from '#common/sync/plan-names.ts';
import type { Invocation } from '../command.ts';
import type { FoundConnection } from '../connection/find.ts';
import { canICommand, describeRight, hiddenReport } from '../connection/right.ts';
import { awaitAnswer } from '../requests/answer.ts';
import { askSidecar, requireResource } from '../requests/ask.ts';
import { withRight } from './right.ts';

export interface PlanQuestion {
  readonly cluster: Cluster;
  readonly connection: FoundConnection;
  /** The Applications that are asked about; all of them where there are none. */
  readonly names: readonly string[];
  readonly timeoutMs: number;
}

const DIRECTLY = 'kubectl compass diff --direct';

/** How often it is asked again where somebody else asked meanwhile. */
const MOST_TRIES = 5;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Has the sidecar compute a plan, and reads it. Throws NotInstalled where no sidecar reports, RequestRefused where it is too
 * old; what kept it from a plan; TimedOut; RequestSuperseded where others keep asking, too.
 */
export async function askPlan(invocation: Invocation, question: PlanQuestion): Promise<SyncPlan> {
  refuseSilent(question.connection);
  requireResource(question.connection);
  for (let tries = 1; ; tries += 1) {
    try {
      return await askOnce(invocation, question);
    } catch (error) {
      if (hasReason(error, 'RequestRefused')) throw tooOld(error);
      if (!hasReason(error, 'RequestSuperseded') || tries >= MOST_TRIES) throw error;
      // Two who ask in step would replace each other's request for ever.
      await invocation.clock.sleep(Math.random() * LONGEST_PAUSE_MS, invocation.interrupted);
    }
  }
}

async function askOnce(invocation: Invocation, question: PlanQuestion): Promise<SyncPlan> {
  const { cluster, connection, names, timeoutMs } = question;
  const parameters = names.length > 0 ? { apps: formatNames(names) } : {};
  const patch = { verb: 'patch', resource: 'compassconnections.compass.kyma-project.io' };
  const now = invocation.clock.now();
  const ask = () => askSidecar(cluster, connection.name, { verb: 'diff', parameters }, { now });
  const id = await withRight(patch, ask);
  await awaitAnswer(invocation, { cluster, connection, verb: 'diff', id, timeoutMs });
  return readAnswer(question, id);
}

function tooOld(cause: CompassError): CompassError {
  const message = `${cause.message}; it can be computed from here`;
  return new CompassError(cause.reason, message, { cause, next: DIRECTLY });
}

function refuseSilent({ found, notPermitted, name }: FoundConnection): void {
  if (found?.report) return;
  const hidden = hiddenReport(notPermitted);
  if (hidden) throw new CompassError('ClusterForbidden', describeRight(hidden), { next: canICommand(hidden) });
  const message = found ? 'can be read by this version' : 'is there';
  throw new CompassError('NotInstalled', `no report of a sidecar of ${name} ${message}, so that none can be asked`, {
    next: DIRECTLY,
  });
}

async function readAnswer({ cluster, connection }: PlanQuestion, id: string): Promise<SyncPlan> {
  const { namespace } = connection;
  const ref = { kind: CONFIG_MAP, name: ownObjectNames(connection.name).plan, namespace };
  const get = { verb: 'get', resource: 'configmaps', namespace };
  const map = await withRight(get, () => cluster.get<ConfigMap>(ref));
  const plan = readPlan(map.data?.[PLAN_KEY]);
  if (!plan) throw new CompassError('RequestRefused', 'the plan of the sidecar cannot be read', { next: DIRECTLY });
  if (plan.request !== id) {
    throw new CompassError('RequestSuperseded', 'the plan was replaced by that of another request; ask again', {
      next: 'kubectl compass diff',
    });
  }
  return plan;
}
