import type { Cluster } from '#common/cluster/cluster.ts';
import { discoverKind, type ServedKind } from '#common/cluster/discovery.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { DEFAULT_CONNECTION_NAME } from '#common/resources/names.ts';
import { type Reading, reading } from '../connection/reading.ts';
import type { MissingRight } from '../connection/right.ts';
import { type ApplicationSet, fetchApplications } from './applications.ts';
import { carryOver, type Setting } from './carry-over.ts';
import { findAutoscalers } from './find-autoscalers.ts';
import { findOtherLeader, findSidecar } from './find-sidecar.ts';
import { type Keeper, keepersOf } from './managed-by.ts';
import { readEnvironment } from './read-environment.ts';
import { type MigrationRecord, readRecord } from './record.ts';
import { findLackingToMigrate } from './rights.ts';
import { type AgentSecrets, findSecrets } from './secrets.ts';
import { objectsToApply, targetNamespace } from './target.ts';
import type { Container, Deployment } from './workload.ts';

/** Everything that a migration is judged by, read once. */
export interface MigrationFacts {
  readonly agent: Deployment;
  readonly record: MigrationRecord | undefined;
  /** What may undo that the agent is scaled. */
  readonly keepers: readonly Keeper[];
  /** Undefined where they cannot be looked at. */
  readonly autoscalers: readonly string[] | undefined;
  readonly settings: readonly Setting[];
  readonly secrets: AgentSecrets;
  readonly connection: Reading<CompassConnection>;
  readonly definitions: { readonly connection: ServedKind; readonly application: ServedKind };
  readonly applications: Reading<ApplicationSet>;
  /** The sidecar's Deployments of the same connection. */
  readonly sidecars: Reading<Deployment>;
  /** A Pod that keeps the connection, and is of none of these. */
  readonly otherLeader: string | undefined;
  /** Where the sidecar is, or will be. */
  readonly namespace: string;
  /** What whoever calls may not do, and a migration takes. */
  readonly lackingRights: readonly MissingRight[];
}

export interface FactsOptions {
  readonly agent: Deployment;
  /** Where the sidecar was said to be. */
  readonly namespace: string | undefined;
  readonly now: number;
}

/** Reads it all; throws what the cluster throws, but for missing rights, which are part of the facts. */
export async function fetchFacts(cluster: Cluster, { agent, namespace, now }: FactsOptions): Promise<MigrationFacts> {
  const agentNamespace = agent.metadata.namespace ?? '';
  const variables = await readEnvironment(cluster, agentNamespace, agentContainer(agent));
  const settings = carryOver(variables);
  const [secrets, connection, ofConnection, ofApplication, applications, sidecars, autoscalers] = await Promise.all([
    findSecrets(cluster, agentNamespace, variables, now),
    fetchConnection(cluster),
    discoverKind(cluster, COMPASS_CONNECTION),
    discoverKind(cluster, APPLICATION),
    reading({ verb: 'list', resource: 'applications.applicationconnector.kyma-project.io' }, async () => [
      await fetchApplications(cluster),
    ]),
    findSidecar(cluster, namespace),
    findAutoscalers(cluster, agent),
  ]);
  const [sidecar] = sidecars.items;
  const target = namespace ?? sidecar?.metadata.namespace ?? targetNamespace(secrets.client.place.namespace, settings);
  const found = { agent, sidecars, settings, secrets, namespace: target };
  const objects = await objectsToApply(cluster, found, undefined);
  return {
    ...found,
    record: readRecord(agent.metadata.annotations),
    keepers: keepersOf(agent.metadata),
    autoscalers,
    connection,
    definitions: { connection: ofConnection, application: ofApplication },
    applications,
    otherLeader: await findOtherLeader(cluster, target, sidecar, now),
    lackingRights: await findLackingToMigrate(cluster, found, objects),
  };
}

/** The agent's own container: by its name, else the first one that has settings of the agent, else the first. */
export function agentContainer({ metadata, spec }: Deployment): Container {
  const containers = spec?.template?.spec?.containers ?? [];
  const isAgent = ({ name, env = [] }: Container) =>
    name === metadata.name || env.some((variable) => variable.name.startsWith('APP_'));
  return containers.find(({ name }) => name === metadata.name) ?? containers.find(isAgent) ?? containers[0] ?? NONE;
}

const NONE: Container = { name: '' };

async function fetchConnection(cluster: Cluster): Promise<Reading<CompassConnection>> {
  return reading({ verb: 'get', resource: 'compassconnections.compass.kyma-project.io' }, async () => {
    const found = await cluster.find<CompassConnection>({ kind: COMPASS_CONNECTION, name: DEFAULT_CONNECTION_NAME });
    return found ? [found] : [];
  });
}
