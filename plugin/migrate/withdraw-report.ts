import { CONFIG_MAP, LEASE } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { DEFAULT_CONNECTION_NAME, ownObjectNames } from '#common/resources/names.ts';
import type { MigrationContext } from './context.ts';

/**
 * Takes away what the sidecar said about the connection: it is the agent's again, and `status` would go on calling the sidecar
 * dead. What it needs to go on one day (its state, and the credentials) stays. Where that is not permitted it is only told.
 */
export async function withdrawReport({ cluster, facts, invocation, steps }: MigrationContext): Promise<void> {
  const { namespace } = facts;
  const { report, plan, secrets, lease } = ownObjectNames(DEFAULT_CONNECTION_NAME);
  const refs = [
    ...[report, plan, secrets].map((name) => ({ kind: CONFIG_MAP, namespace, name })),
    { kind: LEASE, namespace, name: lease },
  ];
  try {
    const deleted = await Promise.all(refs.map((ref) => cluster.delete(ref)));
    const text = `what the sidecar had reported is taken away from ${namespace}, its history with it`;
    if (deleted.includes(true)) steps.add('report', 'done', text);
  } catch (error) {
    if (!hasReason(error, 'ClusterForbidden')) throw error;
    invocation.hint(`warning: the report of the sidecar stays, and is old: ${error.message}`);
  }
}
