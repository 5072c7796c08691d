import { type KubeObject, SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { id } from './samples.ts';
import { INTEGRATION_NAMESPACE, type SyncWorld } from './world.ts';

const AGENT = { fieldManager: 'compass-runtime-agent' };

/**
 * Writes the Application `orders` with one bundle of Basic credentials, an API and an event, as the Go agent does: all
 * strings are there, empty ones too, and nothing names a connection.
 */
export async function writeAsTheAgent(world: SyncWorld): Promise<void> {
  const { cluster } = world.cluster;
  const entry = { gatewayUrl: '', accessLabel: undefined, specificationUrl: '', apiType: '' };
  const application = {
    apiVersion: APPLICATION.apiVersion,
    kind: APPLICATION.kind,
    metadata: {
      name: 'orders',
      labels: { 'applicationconnector.kyma-project.io/managed-by': 'compass-runtime-agent' },
    },
    spec: {
      description: 'Description not provided',
      skipInstallation: false,
      skipVerify: false,
      encodeUrl: false,
      labels: { 'connected-app': 'orders' },
      tenant: '',
      group: '',
      displayName: '',
      providerDisplayName: '',
      longDescription: '',
      tags: null,
      compassMetadata: { applicationId: id(1), authentication: { clientIds: [id(72), id(71)] } },
      services: [
        {
          id: id(2),
          identifier: '',
          name: 'bundle-2-3223f',
          displayName: 'Bundle 2',
          description: 'Description not provided',
          longDescription: '',
          providerDisplayName: '',
          labels: null,
          authCreateParameterSchema: '',
          entries: [
            {
              ...entry,
              type: 'API',
              id: id(200),
              name: 'Orders API',
              targetUrl: 'https://orders.example.com',
              centralGatewayUrl: 'http://gateway.example:8082/orders/bundle-2/orders-api',
              credentials: { type: 'Basic', secretName: `orders-${id(2)}`, authenticationUrl: '' },
              requestParametersSecretName: '',
            },
            {
              ...entry,
              type: 'Events',
              id: id(201),
              name: 'order created',
              targetUrl: '',
              centralGatewayUrl: '',
              credentials: { type: '', secretName: '' },
              requestParametersSecretName: '',
            },
          ],
        },
      ],
    },
  };
  const { metadata } = await cluster.create<KubeObject>(APPLICATION, application, AGENT);
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  await cluster.create<Secret>(
    SECRET,
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: `orders-${id(2)}`,
        namespace: INTEGRATION_NAMESPACE,
        labels: { app: 'orders', bundleId: id(2) },
        ownerReferences: [
          { apiVersion: APPLICATION.apiVersion, kind: APPLICATION.kind, name: 'orders', uid: metadata.uid ?? '' },
        ],
      },
      data: { username: base64('user'), password: base64('not-a-password') },
    },
    AGENT,
  );
}
