import type { InstallationValues } from './values.ts';

/** Where a Secret is. */
export interface NamespacedName {
  readonly namespace: string;
  readonly name: string;
}

/** The settings that say where the sidecar's Secrets are; all but the last must lie in its own namespace. */
export const CONFIGURATION_SETTING = 'APP_AGENT_CONFIGURATION_SECRET';
export const CLIENT_SETTING = 'APP_CLUSTER_CERTIFICATES_SECRET';
export const CA_SETTING = 'APP_CA_CERTIFICATES_SECRET';

/** Where the Secrets of an installation are, by its settings and, where these say nothing, as the sidecar has them. */
export function ownPlaces({ namespace, settings }: Pick<InstallationValues, 'namespace' | 'settings'>): {
  readonly configuration: NamespacedName;
  readonly client: NamespacedName;
  readonly ca: NamespacedName;
} {
  return {
    configuration: read(settings[CONFIGURATION_SETTING]) ?? { namespace, name: 'compass-agent-configuration' },
    client: read(settings[CLIENT_SETTING]) ?? { namespace, name: 'cluster-client-certificates' },
    ca: read(settings[CA_SETTING]) ?? { namespace: 'istio-system', name: 'ca-certificates' },
  };
}

function read(text: string | undefined): NamespacedName | undefined {
  const [namespace, name] = text?.split('/') ?? [];
  return namespace && name ? { namespace, name } : undefined;
}
