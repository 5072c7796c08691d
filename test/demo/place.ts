import type { ObjectRef } from '#common/cluster/cluster.ts';
import { SECRET } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { DEFAULT_CONNECTION_NAME } from '#common/resources/names.ts';

/** Which names and namespaces the demo uses in a cluster. */
export interface Place {
  readonly connectionName: string;
  /** Of configuration, credentials and the sidecar's own objects. */
  readonly ownNamespace: string;
  /** Of the Secrets of Applications. */
  readonly integrationNamespace: string;
  /** Of the CA of Compass. */
  readonly caNamespace: string;
}

/** The names that an installation has unless told otherwise. */
export const USUAL_PLACE: Place = {
  connectionName: DEFAULT_CONNECTION_NAME,
  ownNamespace: 'compass-system',
  integrationNamespace: 'kyma-system',
  caNamespace: 'istio-system',
};

/** Names that nobody else in the cluster has. */
export function placeOfItsOwn(suffix: string): Place {
  const name = `compass-demo-${suffix}`;
  return { connectionName: name, ownNamespace: name, integrationNamespace: `${name}-apps`, caNamespace: name };
}

export function namespacesOf(place: Place): readonly string[] {
  return [...new Set([place.ownNamespace, place.integrationNamespace, place.caNamespace])];
}

export const CONFIGURATION_SECRET = 'compass-agent-configuration';
export const CLIENT_SECRET = 'cluster-client-certificates';
const CA_SECRET = 'ca-certificates';

export function connectionRef({ connectionName: name }: Place): ObjectRef {
  return { kind: COMPASS_CONNECTION, name };
}

export function configurationRef({ ownNamespace: namespace }: Place): ObjectRef {
  return { kind: SECRET, namespace, name: CONFIGURATION_SECRET };
}

export function clientSecretRef({ ownNamespace: namespace }: Place): ObjectRef {
  return { kind: SECRET, namespace, name: CLIENT_SECRET };
}

/** What the sidecar is told about them. */
export function sidecarSettings(place: Place): Readonly<Record<string, string>> {
  const { connectionName, ownNamespace, integrationNamespace, caNamespace } = place;
  return {
    APP_COMPASS_CONNECTION_NAME: connectionName,
    APP_AGENT_CONFIGURATION_SECRET: `${ownNamespace}/${CONFIGURATION_SECRET}`,
    APP_CLUSTER_CERTIFICATES_SECRET: `${ownNamespace}/${CLIENT_SECRET}`,
    APP_CA_CERTIFICATES_SECRET: `${caNamespace}/${CA_SECRET}`,
    APP_INTEGRATION_NAMESPACE: integrationNamespace,
    POD_NAMESPACE: ownNamespace,
    POD_NAME: 'demo-sidecar',
  };
}
