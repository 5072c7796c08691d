import { formatTime } from '#common/clock.ts';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION, type Application, type ApplicationService } from '#common/resources/application.ts';
import {
  CONNECTION_ANNOTATION,
  FINGERPRINT_ANNOTATION,
  MANAGED_BY_LABEL,
  MANAGED_BY_VALUE,
  ROTATED_AT_ANNOTATION,
} from '#common/resources/names.ts';
import type { Report } from '#common/resources/report.ts';
import type { TestCluster } from '../../cluster/start-test-cluster.ts';
import { putConnection, putReport } from '../put-report.ts';
import { DEGRADED } from '../sample-reports.ts';

/** A value that must be printed nowhere. */
export const HIDDEN = 'never-to-be-seen';

export const ORDERS_SECRET = 'orders-00000000-0000-4000-8000-0000000000b1';

function service(application: string): ApplicationService {
  const secretName = `${application}-00000000-0000-4000-8000-0000000000b1`;
  return {
    id: '00000000-0000-4000-8000-0000000000b1',
    identifier: '',
    name: 'sales-4e1f2',
    displayName: 'Sales',
    description: 'Everything about sales',
    providerDisplayName: '',
    entries: [
      {
        type: 'API',
        id: '00000000-0000-4000-8000-0000000000c1',
        name: 'orders-v1',
        targetUrl: 'https://orders.example/v1',
        centralGatewayUrl: `http://gateway.example:8082/${application}/sales/orders-v1`,
        credentials: { type: 'OAuth', secretName, authenticationUrl: 'https://orders.example/token' },
      },
      {
        type: 'API',
        id: '00000000-0000-4000-8000-0000000000c2',
        name: 'prices',
        // Nobody should, and somebody does.
        targetUrl: `https://scott:${HIDDEN}@prices.example`,
      },
      { type: 'Events', id: '00000000-0000-4000-8000-0000000000e1', name: 'order created' },
    ],
  };
}

export function application(
  name: string,
  id: string,
  annotations: Readonly<Record<string, string>> = {},
  labels: Readonly<Record<string, string>> = {},
): Application {
  return {
    apiVersion: APPLICATION.apiVersion,
    kind: APPLICATION.kind,
    metadata: {
      name,
      labels: { [MANAGED_BY_LABEL]: MANAGED_BY_VALUE, ...labels },
      annotations: { [CONNECTION_ANNOTATION]: 'compass-connection', ...annotations },
    },
    spec: {
      description: `The ${name}`,
      skipVerify: false,
      labels: { 'connected-app': name },
      services: [service(name)],
      compassMetadata: { applicationId: id, authentication: { clientIds: [] } },
    },
  };
}

/** A report with one Application that could not be created, and one that fails. */
export const REPORT: Report = {
  ...DEGRADED,
  applications: { listed: 4, present: 3, inSync: 2, failed: 2, held: 0, secrets: 1 },
  failures: [
    { id: 'id-sap', name: 'SAP S/4 (Prod)', reason: 'InvalidName', message: 'its name cannot be that of an object' },
    { id: 'id-stock', name: 'stock', reason: 'ObjectTooLarge', message: 'the Application would have 2000000 bytes' },
  ],
  omitted: {},
  held: { id: 'p1', count: 1, names: ['leaving'] },
};

/**
 * Applications: `orders` is good and has its Secret, `stock` fails, `leaving` is held and lacks its Secret, `theirs` is another
 * connection's, `by-hand` is not from Compass.
 */
export async function putLandscape(cluster: TestCluster, report: Report | undefined = REPORT): Promise<void> {
  const door = cluster.cluster;
  await putConnection(cluster, 'ResourceApplicationFailed');
  if (report) await putReport(cluster, report);
  await door.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kyma-system' } });
  await door.create(APPLICATION, application('orders', 'id-orders', {}, { team: 'blue' }));
  await door.create(APPLICATION, application('stock', 'id-stock'));
  await door.create(APPLICATION, application('leaving', 'id-leaving'));
  await door.create(APPLICATION, application('theirs', 'id-theirs', { [CONNECTION_ANNOTATION]: 'another' }));
  const byHand: Application = {
    apiVersion: APPLICATION.apiVersion,
    kind: APPLICATION.kind,
    metadata: { name: 'by-hand' },
    spec: { description: 'made by hand', services: [] },
  };
  await door.create(APPLICATION, byHand);
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      name: ORDERS_SECRET,
      namespace: 'kyma-system',
      labels: { app: 'orders', bundleId: '00000000-0000-4000-8000-0000000000b1' },
      annotations: {
        [CONNECTION_ANNOTATION]: 'compass-connection',
        [FINGERPRINT_ANNOTATION]: 'f00d'.repeat(8),
        [ROTATED_AT_ANNOTATION]: formatTime(Date.now() - 3 * 86_400_000),
      },
    },
    data: { clientId: Buffer.from(HIDDEN).toString('base64') },
  };
  await door.create(SECRET, secret);
}
