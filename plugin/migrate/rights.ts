import type { Cluster } from '#common/cluster/cluster.ts';
import type { KubeObject } from '#common/cluster/objects.ts';
import { findLackingRights } from '../connect/rights.ts';
import { canICommand, describeRight, type MissingRight } from '../connection/right.ts';
import { rightsToApply } from '../install/missing-rights.ts';
import { count } from '../status/words.ts';
import { rememberedRef } from './applications.ts';
import type { MigrationFacts } from './facts.ts';
import type { MigrationFinding } from './finding.ts';

type Deployments = Pick<MigrationFacts, 'agent' | 'sidecars'>;

/** What it takes to scale both Deployments, in either direction. */
export function rightsToScale({ agent, sidecars }: Deployments): readonly MissingRight[] {
  return [agent, ...sidecars.items].flatMap(({ metadata: { namespace, name } }) =>
    ['get', 'patch'].map((verb) => ({ verb, resource: 'deployments.apps', namespace, name })),
  );
}

/** The rights that whoever calls lacks to apply these objects, to scale, and to write down what is there. */
export function findLackingToMigrate(
  cluster: Cluster,
  facts: Deployments,
  objects: readonly KubeObject[],
): Promise<readonly MissingRight[]> {
  const { namespace, name } = rememberedRef(facts.agent.metadata.namespace ?? '');
  const notes = [
    // RBAC knows no names for create
    { verb: 'create', resource: 'configmaps', namespace },
    ...['get', 'patch', 'delete'].map((verb) => ({ verb, resource: 'configmaps', namespace, name })),
  ];
  return findLackingRights(cluster, [...rightsToApply(objects), ...rightsToScale(facts), ...notes]);
}

/** Whether whoever calls may do all of it. */
export function judgeRights({ lackingRights }: Pick<MigrationFacts, 'lackingRights'>): MigrationFinding {
  const base = { name: 'rights' };
  const [first, ...others] = lackingRights;
  if (!first) return { ...base, status: 'ok', message: 'you have all that this takes' };
  const more = others.length === 0 ? '' : `, and ${count(others.length, 'more right')}`;
  return {
    ...base,
    status: 'error',
    reason: 'ClusterForbidden',
    message: `${describeRight(first)}${more}`,
    next: canICommand(first),
  };
}
