import { formatTime } from '#common/clock.ts';
import { CONFIG_MAP, LEASE, NAMESPACE } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { SIDECAR_LABELS } from '#common/resources/names.ts';
import { REPORT_KEY, type Report } from '#common/resources/report.ts';
import type { TestCluster } from '../cluster/start-test-cluster.ts';
import { NOW } from './sample-reports.ts';

/** A sample report as if it had been written now. */
export function asOfNow(report: Report): Report {
  const shiftMs = Date.now() - NOW;
  return JSON.parse(JSON.stringify(report), (key, value) =>
    typeof value === 'string' && key !== 'message' && /^\d{4}-\d\d-\d\dT[\d:]+Z$/.test(value)
      ? formatTime(Date.parse(value) + shiftMs)
      : value,
  );
}

/** Puts the report and a Lease of its leader where a sidecar does, in a namespace that is made for it. */
export async function putReport(cluster: TestCluster, report: Report, namespace = 'compass-system'): Promise<void> {
  const { connection = 'compass-connection' } = report;
  await cluster.cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await cluster.cluster.create(CONFIG_MAP, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${connection}-report`, namespace, labels: SIDECAR_LABELS },
    data: { [REPORT_KEY]: JSON.stringify(asOfNow(report)) },
  });
  await cluster.cluster.create(LEASE, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: `${connection}-lease`, namespace },
    spec: {
      holderIdentity: 'compass-sidecar-7c9f-x2x',
      leaseDurationSeconds: 3600,
      renewTime: new Date().toISOString().replace('Z', '000Z'),
    },
  });
}

/** Puts a CompassConnection in this state. */
export async function putConnection(cluster: TestCluster, state: string, name = 'compass-connection'): Promise<void> {
  const day = (days: number) => formatTime(Date.now() + days * 86_400_000);
  const connection: CompassConnection = {
    apiVersion: 'compass.kyma-project.io/v1alpha1',
    kind: 'CompassConnection',
    metadata: { name },
    spec: { managementInfo: { connectorUrl: 'https://connector.example', directorUrl: 'https://director.example' } },
    status: {
      connectionState: state,
      connectionStatus: { certificateStatus: { acquired: day(-1), notBefore: day(-1), notAfter: day(89) } },
      synchronizationStatus: { lastAttempt: day(0), error: 'NameConflict: two Applications are called "a"' },
    },
  };
  await cluster.cluster.create(COMPASS_CONNECTION, connection);
}

/** Writes the next version of a report, as the sidecar does. */
export async function changeReport(
  { cluster }: TestCluster,
  report: Report,
  namespace = 'compass-system',
): Promise<void> {
  const { connection = 'compass-connection' } = report;
  const ref = { kind: CONFIG_MAP, name: `${connection}-report`, namespace };
  await cluster.mergePatch(ref, { data: { [REPORT_KEY]: JSON.stringify(asOfNow(report)) } });
}

/** Says who leads and for how long from now: below zero, nobody has for so long. */
export async function changeLease({ cluster }: TestCluster, heldForMs: number): Promise<void> {
  const ref = { kind: LEASE, name: 'compass-connection-lease', namespace: 'compass-system' };
  const renewTime = new Date(Date.now() + heldForMs - 3_600_000).toISOString().replace('Z', '000Z');
  await cluster.mergePatch(ref, { spec: { renewTime } });
}
