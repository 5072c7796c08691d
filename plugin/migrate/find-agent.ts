import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
import { FOREIGN_AGENT, findDeployment, findForeignAgents } from '../connection/foreign-agents.ts';
import { canICommand, describeRight } from '../connection/right.ts';
import type { Flag, ParsedFlags } from '../flags.ts';
import { MIGRATION_ANNOTATION } from './record.ts';
import { type Deployment, isUp, placeOf } from './workload.ts';

export const AGENT_FLAG: Flag = {
  name: 'agent',
  kind: 'text',
  value: 'NAMESPACE/NAME',
  summary: `the reference agent's Deployment; ${FOREIGN_AGENT}, wherever it is, unless said`,
};

/**
 * The reference agent's Deployment. Throws NotInstalled where there is none, MigrationBlocked where more than one could be meant,
 * ClusterForbidden where that may not be seen, Usage for a flag that names none.
 */
export async function findAgent(
  cluster: Cluster,
  flags: ParsedFlags,
  namespace: string | undefined,
): Promise<Deployment> {
  const named = readAgentFlag(flags);
  const { items, denied } = named
    ? await findDeployment<Deployment>(cluster, named.namespace, named.name)
    : await findForeignAgents<Deployment>(cluster, namespace);
  const likely = mostLikely(items);
  const [agent, other] = likely;
  if (agent && other) {
    const places = likely.map(placeOf).toSorted();
    throw new CompassError('MigrationBlocked', `there is more than one ${FOREIGN_AGENT}: ${places.join(', ')}`, {
      next: `kubectl compass migrate from-agent --agent ${places[0]}`,
    });
  }
  if (agent) return agent;
  if (denied) throw new CompassError('ClusterForbidden', describeRight(denied), { next: canICommand(denied) });
  const where = named ? `${named.namespace}/${named.name}` : FOREIGN_AGENT;
  throw new CompassError('NotInstalled', `there is no Deployment ${where}: nothing to migrate from, or to go back to`, {
    next: 'kubectl get deployments --all-namespaces',
  });
}

/** One that a migration left its mark on, else those that run, else all. */
function mostLikely(found: readonly Deployment[]): readonly Deployment[] {
  const marked = found.filter(({ metadata }) => metadata.annotations?.[MIGRATION_ANNOTATION] !== undefined);
  if (marked.length > 0) return marked;
  const running = found.filter(isUp);
  return running.length > 0 ? running : found;
}

function readAgentFlag(flags: ParsedFlags): { readonly namespace: string; readonly name: string } | undefined {
  const text = flags.text(AGENT_FLAG.name);
  if (text === undefined) return undefined;
  const [namespace, name, more] = text.split('/');
  if (namespace && name && more === undefined) return { namespace, name };
  throw new CompassError('Usage', `--agent is "${text}", and must be NAMESPACE/NAME`);
}
