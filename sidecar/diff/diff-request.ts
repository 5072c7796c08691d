import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { ownObjectNames, SIDECAR_FIELD_MANAGER } from '#common/resources/names.ts';
import { PLAN_KEY, type SyncPlan } from '#common/sync/plan-document.ts';
import { parseNames } from '#common/sync/plan-names.ts';
import { renderPlan } from '#common/sync/plan-render.ts';
import type { Synchronizer } from '#common/sync/synchronize.ts';
import type { Config } from '../config.ts';
import type { ConnectionContext } from '../connection/context.ts';
import { directorEndpoint } from '../connection/maintain.ts';
import { freshState } from '../connection/state.ts';
import { failedAnswer } from '../request-answers.ts';
import type { RequestHandler } from '../request-handler.ts';
import { knownError } from '../status/observe.ts';
import { suspendedError, suspensionInForce } from '../suspension/suspension.ts';

/**
 * Carries out `diff`: plans a synchronization, stores nothing of it, and writes the plan to the ConfigMap
 * `<connection name>-plan`, with the request's id in it. `apps=a,b` narrows it to these Applications. A pass does one
 * thing at a time, so it never meets a synchronization.
 */
export function diffRequestHandler(
  { cluster, clock, config, state }: Pick<ConnectionContext, 'cluster' | 'clock' | 'config' | 'state'>,
  synchronizer: Pick<Synchronizer, 'plan'>,
): RequestHandler {
  return async (request, { connection, result, signal }) => {
    if (!connection) return failedAnswer(knownError(result.error));
    const endpoint = { ...directorEndpoint(connection), signal };
    const stored = (await state.load()) ?? freshState();
    const { fingerprintKey, deletions: kept } = stored;
    const suspension = suspensionInForce(stored, clock.now());
    if (suspension?.scope === 'all') return failedAnswer(suspendedError(suspension));
    const { runtimeId } = connection;
    const plan = await synchronizer.plan({
      endpoint,
      runtimeId,
      signal,
      fingerprintKey,
      kept,
      deletionsSuspended: suspension?.scope === 'deletes',
      names: parseNames(request.parameters['apps']),
    });
    await store(cluster, config, { ...plan, request: request.id });
    return { result: 'succeeded', counts: { ...plan.totals, listed: plan.listed } };
  };
}

/** Without the labels by which reports are found: whoever looks for those does not pay for plans. */
async function store(cluster: Cluster, { connectionName, ownNamespace }: Config, plan: SyncPlan): Promise<void> {
  const configMap: ConfigMap = {
    apiVersion: CONFIG_MAP.apiVersion,
    kind: CONFIG_MAP.kind,
    metadata: { name: ownObjectNames(connectionName).plan, namespace: ownNamespace },
    data: { [PLAN_KEY]: renderPlan(plan) },
  };
  await cluster.apply(CONFIG_MAP, configMap, { fieldManager: SIDECAR_FIELD_MANAGER, force: true });
}
