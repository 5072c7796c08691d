import type { Cluster } from '#common/cluster/cluster.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { DEFAULT_CONNECTION_NAME } from '#common/resources/names.ts';
import { fetchReports, findReport, isFound } from '../connection/reports.ts';
import { fetchDefinition } from './definition.ts';
import type { ClusterVersions, SidecarVersion } from './facts.ts';
import { skewBetween } from './skew.ts';

/** What runs in a cluster, by discovery and the sidecars' reports: it takes the right to read those, and no other. */
export async function fetchVersions(
  cluster: Cluster,
  client: string,
  namespace: string | undefined,
): Promise<ClusterVersions> {
  const [version, reports, ...definitions] = await Promise.all([
    cluster.raw('/version'),
    fetchSidecars(cluster, namespace),
    ...[COMPASS_CONNECTION, APPLICATION].map((kind) => fetchDefinition(cluster, kind)),
  ]);
  const sidecars = reports.items.map(({ connection, namespace: where, report }): SidecarVersion => {
    const running = report?.leader?.version;
    return { connection, namespace: where, version: running, skew: skewBetween(client, running) };
  });
  const notPermitted = reports.denied ? [reports.denied] : [];
  return { server: cluster.server, kubernetes: gitVersion(version), sidecars, definitions, notPermitted };
}

/** All reports that may be listed; else the one that has the default name, where that may be read. */
async function fetchSidecars(cluster: Cluster, namespace: string | undefined): ReturnType<typeof fetchReports> {
  const listed = await fetchReports(cluster, { namespace });
  if (listed.items.length > 0) return listed;
  const found = await findReport(cluster, DEFAULT_CONNECTION_NAME, { namespace });
  if (isFound(found)) return { items: [found] };
  return found ? { items: [], denied: found } : { items: [] };
}

function gitVersion(answer: unknown): string | undefined {
  const version = typeof answer === 'object' && answer && 'gitVersion' in answer ? answer.gitVersion : undefined;
  return typeof version === 'string' ? version : undefined;
}
