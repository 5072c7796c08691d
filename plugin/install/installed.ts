import type { Cluster } from '#common/cluster/cluster.ts';
import { DEPLOYMENT } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { findDeployment } from '../connection/foreign-agents.ts';
import { list, type Reading, reading } from '../connection/reading.ts';
import { DEFAULT_NAMESPACE, findReport, isFound, SIDECAR_SELECTOR } from '../connection/reports.ts';
import { describeRight } from '../connection/right.ts';
import type { SidecarContainer, SidecarDeployment } from './deployment.ts';
import { versionOfImage } from './image.ts';
import { keptValues } from './kept-values.ts';
import { installationObjects } from './manifests.ts';
import { DEFAULT_VALUES, IMAGE_NAME, type InstallationValues } from './values.ts';

/** A sidecar's Deployment is called so, in whatever namespace. */
export const DEPLOYMENT_NAME = IMAGE_NAME;

/** An installation that is there. */
export interface Installation {
  readonly deployment: SidecarDeployment;
  readonly values: InstallationValues;
  /** Of the sidecar that leads, by its report; else of its image's tag; undefined where neither says. */
  readonly version: string | undefined;
  /** Whether it holds a client certificate, as far as its report may be read. */
  readonly isConnected: boolean;
}

/**
 * The installation in a namespace; without one the only one that there is, or the one in compass-system. Undefined where
 * there is none. Throws Usage where it cannot be told which one is meant, and ClusterForbidden where the Deployment may not
 * even be read.
 */
export async function findInstallation(
  cluster: Cluster,
  namespace: string | undefined,
): Promise<Installation | undefined> {
  const found = await findDeployments(cluster, namespace);
  if (found.denied) throw new CompassError('ClusterForbidden', describeRight(found.denied));
  const chosen = choose(found.items);
  return chosen && describe(cluster, chosen);
}

/** Every Deployment of a sidecar that may be seen; none of them where they may not be listed. */
export async function findInstallations(cluster: Cluster): Promise<readonly SidecarDeployment[]> {
  const right = { verb: 'list', resource: 'deployments.apps' };
  const { items } = await reading(right, () =>
    list<SidecarDeployment>(cluster, DEPLOYMENT, { labelSelector: SIDECAR_SELECTOR }),
  );
  return items.filter(({ metadata }) => metadata.name === DEPLOYMENT_NAME);
}

async function findDeployments(cluster: Cluster, namespace: string | undefined): Promise<Reading<SidecarDeployment>> {
  const everywhere = namespace === undefined ? await findInstallations(cluster) : [];
  if (everywhere.length > 0) return { items: everywhere };
  return findDeployment<SidecarDeployment>(cluster, namespace ?? DEFAULT_NAMESPACE, DEPLOYMENT_NAME);
}

function choose(deployments: readonly SidecarDeployment[]): SidecarDeployment | undefined {
  const usual = deployments.find(({ metadata }) => metadata.namespace === DEFAULT_NAMESPACE);
  if (deployments.length <= 1 || usual) return usual ?? deployments[0];
  const places = deployments.map(({ metadata }) => metadata.namespace).toSorted();
  throw new CompassError(
    'Usage',
    `there are sidecars in the namespaces ${places.join(', ')}: say which by --namespace`,
  );
}

async function describe(cluster: Cluster, deployment: SidecarDeployment): Promise<Installation> {
  const values = valuesOf(deployment);
  const { namespace } = values;
  const found = await findReport(cluster, values.connectionName, { namespace });
  const report = isFound(found) ? found.report : undefined;
  const version = report?.leader?.version ?? versionOfImage(values.image);
  return { deployment, values, version, isConnected: report?.identity?.notAfter !== undefined };
}

/** The values that an installation was made with. */
export function valuesOf(deployment: SidecarDeployment): InstallationValues {
  return keptValues(deployment, defaultContainer());
}

function defaultContainer(): SidecarContainer {
  const deployment = installationObjects(DEFAULT_VALUES).find(({ kind }) => kind === 'Deployment');
  const [container] = (deployment as SidecarDeployment).spec.template.spec.containers;
  if (!container) throw new Error('the manifests hold a Deployment without a container');
  return container;
}
