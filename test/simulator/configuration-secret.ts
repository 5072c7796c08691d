/** What a Runtime needs to pair, as the configuration Secret holds it. */
export interface ConfigurationSecret {
  connectorUrl: string;
  runtimeId: string;
  tenant: string;
  token: string;
  /** Default `compass-agent-configuration`. */
  name?: string;
  /** Default `compass-system`. */
  namespace?: string;
}

/** A manifest for `kubectl apply -f -`. JSON strings are YAML strings, so every value is quoted safely. */
export function renderConfigurationSecret(secret: ConfigurationSecret): string {
  const { connectorUrl, runtimeId, tenant, token } = secret;
  const { name = 'compass-agent-configuration', namespace = 'compass-system' } = secret;
  return [
    'apiVersion: v1',
    'kind: Secret',
    'metadata:',
    `  name: ${JSON.stringify(name)}`,
    `  namespace: ${JSON.stringify(namespace)}`,
    'stringData:',
    `  CONNECTOR_URL: ${JSON.stringify(connectorUrl)}`,
    `  RUNTIME_ID: ${JSON.stringify(runtimeId)}`,
    `  TENANT: ${JSON.stringify(tenant)}`,
    `  TOKEN: ${JSON.stringify(token)}`,
    '',
  ].join('\n');
}
