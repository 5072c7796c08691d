import { X509Certificate } from 'node:crypto';
import type { Cluster } from '#common/cluster/cluster.ts';
import { DEPLOYMENT, type KubeObject, SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { pair } from '../simulator/tests/pair.ts';
import { CA, CONNECTION } from './world.ts';

export const AGENT = 'compass-runtime-agent';
const MANAGER = { fieldManager: AGENT };

export interface AgentOptions {
  /** Where its Deployment and both Secrets of its connection are; `kyma-system` unless said. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Further variables of its container; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What it has of its connection's Secrets; all of them unless said. */
  readonly secrets?: readonly ('configuration' | 'client' | 'ca')[];
  readonly replicas?: number;
}

/** What the chart of its later releases sets. */
const settings = (namespace: string) => ({
  APP_AGENT_CONFIGURATION_SECRET: `${namespace}/compass-agent-configuration`,
  APP_CLUSTER_CERTIFICATES_SECRET: `${namespace}/cluster-client-certificates`,
  APP_CA_CERTIFICATES_SECRET: `${CA.namespace}/${CA.name}`,
  APP_CONTROLLER_SYNC_PERIOD: '20s',
  APP_MINIMAL_COMPASS_SYNC_TIME: '10s',
  APP_CERT_VALIDITY_RENEWAL_THRESHOLD: '0.3',
  APP_SKIP_COMPASS_TLS_VERIFY: 'false',
  APP_RUNTIME_EVENTS_URL: 'https://gateway.cluster.example.com',
  APP_DIRECTOR_PROXY_PORT: '8081',
  APP_HEALTH_PORT: '8090',
});

/**
 * The reference agent at work: its Deployment, its Secrets with a certificate of Compass, its CompassConnection and, of each
 * Application that Compass lists, the object as it writes it.
 */
export async function leftByAgent(
  cluster: Cluster,
  simulator: Simulator,
  { namespace = 'kyma-system', secrets = ['configuration', 'client', 'ca'], ...options }: AgentOptions = {},
): Promise<void> {
  const { cert, key } = await pair(simulator);
  const crt = `${cert.split('-----END CERTIFICATE-----')[0]}-----END CERTIFICATE-----\n`;
  const { runtimeId, tenant, urls } = simulator;
  const store = (name: (typeof secrets)[number], place: { namespace: string; name: string }, values: object) =>
    secrets.includes(name) ? createSecret(cluster, place, values) : undefined;
  // The token is the one that it used when it paired.
  const configuration = {
    CONNECTOR_URL: urls.connector,
    RUNTIME_ID: runtimeId,
    TENANT: tenant,
    TOKEN: 'used-long-ago',
  };
  await store('configuration', { namespace, name: 'compass-agent-configuration' }, configuration);
  await store('client', { namespace, name: 'cluster-client-certificates' }, { crt, key, crtChain: cert });
  await store('ca', CA, { cacert: cert.slice(crt.length) });
  await createConnection(cluster, urls, crt);
  for (const { id, name } of simulator.landscape.applications()) await createApplication(cluster, id, name);
  await createDeployment(cluster, namespace, options);
}

async function createSecret(
  cluster: Cluster,
  metadata: { namespace: string; name: string },
  values: object,
): Promise<void> {
  const encode = ([name, value]: [string, unknown]) => [name, Buffer.from(String(value)).toString('base64')];
  const data = Object.fromEntries(Object.entries(values).map(encode));
  const object = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data };
  await cluster.create<Secret>(SECRET, object, MANAGER);
}

async function createConnection(cluster: Cluster, urls: Simulator['urls'], crt: string): Promise<void> {
  const { apiVersion, kind } = COMPASS_CONNECTION;
  const { validFromDate, validToDate } = new X509Certificate(crt);
  const [notBefore, notAfter] = [validFromDate, validToDate].map((date) => `${date.toISOString().slice(0, 19)}Z`);
  const time = '2026-01-01T00:00:00Z';
  const certificateStatus = { acquired: notBefore, notBefore, notAfter };
  const status = {
    connectionState: 'Synchronized',
    connectionStatus: { certificateStatus, established: time, lastSync: time, lastSuccess: time, renewed: null },
    synchronizationStatus: { lastAttempt: time, lastSuccessfulFetch: time, lastSuccessfulApplication: time },
  };
  const managementInfo = { connectorUrl: urls.connectorMtls, directorUrl: urls.director };
  const object = { apiVersion, kind, metadata: { name: CONNECTION.name }, spec: { managementInfo }, status };
  await cluster.create(COMPASS_CONNECTION, object as CompassConnection, MANAGER);
}

/** With the empty texts that it writes. */
async function createApplication(cluster: Cluster, applicationId: string, name: string): Promise<void> {
  const { apiVersion, kind } = APPLICATION;
  const labels = { 'applicationconnector.kyma-project.io/managed-by': AGENT };
  const spec = {
    description: 'Description not provided',
    displayName: '',
    longDescription: '',
    providerDisplayName: '',
    skipInstallation: false,
    skipVerify: false,
    encodeUrl: false,
    labels: { 'connected-app': name },
    services: [],
    compassMetadata: { applicationId, authentication: { clientIds: [] } },
  };
  await cluster.create(APPLICATION, { apiVersion, kind, metadata: { name, labels }, spec } as Application, MANAGER);
}

async function createDeployment(
  cluster: Cluster,
  namespace: string,
  { labels = {}, env = {}, replicas = 1 }: AgentOptions,
): Promise<void> {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true };
  await cluster.create(account, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: AGENT, namespace } });
  const variables = Object.entries({ ...settings(namespace), ...env }).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  );
  const selector = { app: AGENT };
  const container = { name: AGENT, image: `${AGENT}:v1`, args: ['/compass-runtime-agent'], env: variables };
  const template = { metadata: { labels: selector }, spec: { serviceAccountName: AGENT, containers: [container] } };
  const spec = { replicas, selector: { matchLabels: selector }, template };
  const metadata = { name: AGENT, namespace, labels: { ...selector, ...labels } };
  await cluster.create(DEPLOYMENT, { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec } as KubeObject);
}
