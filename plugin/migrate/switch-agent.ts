import { formatTime } from '#common/clock.ts';
import { count } from '../status/words.ts';
import { awaitGone } from './await-gone.ts';
import type { MigrationContext } from './context.ts';
import { formatRecord, MIGRATION_ANNOTATION, type MigrationRecord, readRecord } from './record.ts';
import { rewriteDeployment } from './rewrite.ts';
import { sidecarPlace } from './sidecar-place.ts';
import { isUp, placeOf, wantedReplicas } from './workload.ts';

/** What an agent that somebody scaled to 0 before had, where nobody wrote that down. */
const USUAL_REPLICAS = 1;

/**
 * Scales the agent to 0, writes down in the same write what it had, and waits until its Pods are gone. The record; one that is
 * there from a run that was cut off counts. Throws as awaitGone does.
 */
export async function stopAgent(context: MigrationContext): Promise<MigrationRecord> {
  const { cluster, facts, dryRun, steps, invocation } = context;
  const { agent } = facts;
  const was = readRecord(agent.metadata.annotations);
  let record: MigrationRecord | undefined;
  await rewriteDeployment(cluster, agent, dryRun, (now) => {
    const replicas = wantedReplicas(now) || (was?.replicas ?? USUAL_REPLICAS);
    const startedAt = was?.startedAt || formatTime(invocation.clock.now());
    record = { replicas, startedAt, sidecar: sidecarPlace(facts) };
    return { annotations: { [MIGRATION_ANNOTATION]: formatRecord(record) }, replicas: 0 };
  });
  const from = count(record?.replicas ?? USUAL_REPLICAS, 'replica');
  if (dryRun !== 'none') steps.add('stop', 'planned', `scale ${placeOf(agent)} to 0, from ${from}`);
  else {
    await awaitGone(context, agent);
    const did = isUp(agent)
      ? `${placeOf(agent)} scaled to 0, from ${from}; its Pods are gone`
      : `${placeOf(agent)} is at 0`;
    steps.add('stop', isUp(agent) ? 'done' : 'unchanged', did);
  }
  return record ?? { replicas: USUAL_REPLICAS, startedAt: '', sidecar: sidecarPlace(facts) };
}

/** Writes down that the sidecar has proven itself: what is left to do is nothing. */
export async function settleRecord(
  { cluster, facts, invocation }: MigrationContext,
  record: MigrationRecord,
): Promise<void> {
  const provenAt = formatTime(invocation.clock.now());
  const annotations = { [MIGRATION_ANNOTATION]: formatRecord({ ...record, provenAt }) };
  await rewriteDeployment(cluster, facts.agent, 'none', () => ({ annotations }));
}

/** Scales the agent to what it had, and takes the record away in the same write. How many replicas that are. */
export async function startAgent({ cluster, facts, dryRun, steps }: MigrationContext): Promise<number> {
  const { agent } = facts;
  let replicas = USUAL_REPLICAS;
  await rewriteDeployment(cluster, agent, dryRun, (now) => {
    const record = readRecord(now.metadata.annotations);
    replicas = wantedReplicas(now) || (record?.replicas ?? USUAL_REPLICAS);
    return { annotations: { [MIGRATION_ANNOTATION]: null }, replicas };
  });
  const text = `${placeOf(agent)} to ${count(replicas, 'replica')}`;
  if (dryRun === 'none') steps.add('restore', 'done', `scaled ${text}`);
  else steps.add('restore', 'planned', `scale ${text}`);
  return replicas;
}
