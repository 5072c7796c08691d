import type { Cluster } from '#common/cluster/cluster.ts';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { secretValues } from '#common/cluster/secret-values.ts';
import type { Endpoint } from '#common/compass/endpoint.ts';
import { parseConnectorUrl, requireTrustedUrl } from '#common/compass/trusted-url.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { readStored } from '#common/pki/certificate.ts';
import type { SecretPlace } from '#common/resources/report.ts';
import type { FoundConnection } from '../connection/find.ts';
import { withRight } from './right.ts';

/** How the Director is called from here, in the sidecar's place. */
export interface DirectAccess {
  readonly endpoint: Endpoint;
  readonly runtimeId: string;
}

/**
 * Reads the client key, and where it may be presented. Throws ClusterForbidden and ClusterNotFound for the Secret,
 * InvalidCredential and CertificateExpired for what is in it, UntrustedUrl for a Director outside the Connector's domain,
 * ConfigurationMissing where nobody says whose Applications are meant.
 */
export async function readDirectAccess(
  cluster: Cluster,
  connection: FoundConnection,
  allowedHosts: readonly string[],
  now: number,
): Promise<DirectAccess> {
  const { places, resource, found } = connection;
  const stored = await readValues(cluster, places.client);
  if (!stored) {
    const { namespace, name } = places.client;
    throw new CompassError('ClusterNotFound', `there is no Secret ${namespace}/${name} with a client key`, {
      next: 'kubectl compass status',
    });
  }
  const credential = readStored(
    { crt: stored['crt'] ?? '', key: stored['key'] ?? '', crtChain: stored['crtChain'] ?? '' },
    now,
  );
  const configuration = await readConfiguration(cluster, places.configuration);
  const { managementInfo } = resource?.spec ?? {};
  const connectorUrl =
    configuration.connectorUrl || found?.report?.connectorUrl || managementInfo?.connectorUrl || undefined;
  const directorUrl = managementInfo?.directorUrl || found?.report?.directorUrl || undefined;
  const runtimeId = found?.report?.runtimeId || configuration.runtimeId;
  if (!directorUrl || !connectorUrl) throw unknown('where Compass is');
  if (!runtimeId) throw unknown('which Runtime this is');
  requireTrustedUrl(directorUrl, { connectorUrl, allowedHosts });
  const tenant = found?.report?.tenant || configuration.tenant;
  return { endpoint: { url: directorUrl, target: 'director', credential, runtimeId, tenant }, runtimeId };
}

interface StoredConfiguration {
  readonly connectorUrl?: string | undefined;
  readonly runtimeId?: string | undefined;
  readonly tenant?: string | undefined;
}

/** What a person configured; nothing where it is gone or may not be read, since the report says most of it, too. */
async function readConfiguration(cluster: Cluster, place: SecretPlace): Promise<StoredConfiguration> {
  try {
    const values = (await readValues(cluster, place)) ?? {};
    const url = values['CONNECTOR_URL'];
    return { connectorUrl: url && parseConnectorUrl(url), runtimeId: values['RUNTIME_ID'], tenant: values['TENANT'] };
  } catch (error) {
    if (hasReason(error, 'ClusterForbidden', 'ConfigurationInvalid')) return {};
    throw error;
  }
}

async function readValues(
  cluster: Cluster,
  { namespace, name }: SecretPlace,
): Promise<Readonly<Record<string, string>> | undefined> {
  const right = { verb: 'get', resource: 'secrets', namespace };
  const secret = await withRight(right, () => cluster.find<Secret>({ kind: SECRET, namespace, name }));
  return secret && secretValues(secret);
}

function unknown(what: string): CompassError {
  const message = `neither the report, nor the CompassConnection, nor the configuration Secret says ${what}`;
  return new CompassError('ConfigurationMissing', message, { next: 'kubectl compass status' });
}
