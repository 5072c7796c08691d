import type { TestContext } from 'node:test';
import { formatTime } from '#common/clock.ts';
import { CONFIG_MAP, NAMESPACE, SECRET } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { SIDECAR_LABELS } from '#common/resources/names.ts';
import { REPORT_KEY, type Report } from '#common/resources/report.ts';
import { startTestCluster, type TestCluster } from '../../cluster/start-test-cluster.ts';
import { issue, issueRoot } from '../../common/pki/authority.ts';

/** What Compass calls the holder of the certificate. */
export const CLIENT_ID = '5afc126d-0889-4b8a-b839-e09f5dcc273f';

const HOUR_MS = 3_600_000;

export interface CertificateTerms {
  /** Hours from now. */
  readonly from: number;
  readonly until: number;
}

/** A day's certificate, a quarter of it gone. */
const DAY: CertificateTerms = { from: -6, until: 18 };

export interface ClusterSceneOptions {
  readonly terms?: CertificateTerms;
  /** What the report says beside the identity; undefined: no sidecar reports. */
  readonly report?: Partial<Report> | undefined;
  readonly inUse?: string;
  readonly withSecret?: boolean;
}

export interface ClusterScene {
  readonly cluster: TestCluster;
  readonly env: { readonly KUBECONFIG: string };
  readonly leafPem: string;
  readonly keyPem: string;
  readonly rootPem: string;
}

/** A cluster in which a connection has a certificate, as its three sources say it; no sidecar runs. */
export async function clusterScene(
  t: TestContext,
  { terms = DAY, report, inUse = 'keyed-a', withSecret = true }: ClusterSceneOptions = {},
): Promise<ClusterScene> {
  const cluster = await startTestCluster(t, { crds: 'field' });
  for (const name of ['compass-system', 'istio-system']) {
    await cluster.cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  const [notBefore, notAfter] = [now + terms.from * HOUR_MS, now + terms.until * HOUR_MS];
  const root = await issueRoot('Client CA');
  const leaf = await issue({ subject: `CN=${CLIENT_ID}`, issuer: root, notBefore, notAfter });
  await putConnection(cluster, notBefore, notAfter);
  if (report) await putReport(cluster, { report, inUse, notBefore, notAfter });
  if (withSecret) {
    const values = { crt: leaf.pem, key: leaf.keyPem, crtChain: leaf.pem + root.pem };
    await putSecret(cluster, 'compass-system', 'cluster-client-certificates', values);
    await putSecret(cluster, 'istio-system', 'ca-certificates', { cacert: root.pem });
  }
  const env = { KUBECONFIG: cluster.kubeconfigPath };
  return { cluster, env, leafPem: leaf.pem, keyPem: leaf.keyPem, rootPem: root.pem };
}

async function putConnection({ cluster }: TestCluster, notBefore: number, notAfter: number): Promise<void> {
  const times = { acquired: formatTime(notBefore), notBefore: formatTime(notBefore), notAfter: formatTime(notAfter) };
  const connection: CompassConnection = {
    apiVersion: 'compass.kyma-project.io/v1alpha1',
    kind: 'CompassConnection',
    metadata: { name: 'compass-connection' },
    spec: { managementInfo: { connectorUrl: 'https://connector.example', directorUrl: 'https://director.example' } },
    status: { connectionState: 'Synchronized', connectionStatus: { certificateStatus: times } },
  };
  await cluster.create(COMPASS_CONNECTION, connection);
}

interface ReportTerms {
  readonly report: Partial<Report>;
  readonly inUse: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

async function putReport({ cluster }: TestCluster, { report, inUse, notBefore, notAfter }: ReportTerms): Promise<void> {
  const identity = {
    commonName: CLIENT_ID,
    notBefore: formatTime(notBefore),
    notAfter: formatTime(notAfter),
    renewAt: formatTime((notBefore + notAfter) / 2),
    fingerprints: { stored: 'keyed-a', inUse },
  };
  const whole: Report = { schemaVersion: 'v1', connection: 'compass-connection', identity, ...report };
  await cluster.create(CONFIG_MAP, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'compass-connection-report', namespace: 'compass-system', labels: SIDECAR_LABELS },
    data: { [REPORT_KEY]: JSON.stringify(whole) },
  });
}

async function putSecret(
  { cluster }: TestCluster,
  namespace: string,
  name: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const data = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, data: Object.fromEntries(data) };
  await cluster.create(SECRET, object);
}
