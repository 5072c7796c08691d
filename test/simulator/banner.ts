import type { Simulator } from './simulator.ts';

/** Everything that a program needs to use a simulator that it has started, on one line of JSON. */
export function describeAsJson(simulator: Simulator, caFile: string): string {
  const { urls, adminUrl, tenant, runtimeId, adminToken, caPem } = simulator;
  const { token, rawEncoded } = simulator.requestToken();
  return JSON.stringify({ urls, adminUrl, tenant, runtimeId, adminToken, token, rawEncoded, caFile, caPem });
}

/** The same for people: where it is, how to pair with it, how to steer it. */
export function describe(simulator: Simulator, caFile: string): string {
  const { urls, adminUrl, tenant, runtimeId, adminToken, landscape } = simulator;
  return `Compass simulator

  Connector (one-time token)     ${urls.connector}
  Connector (client certificate) ${urls.connectorMtls}
  Director (client certificate)  ${urls.director}
  Director (administrator)       ${urls.directorAdmin}
  Admin API                      ${adminUrl}

  Tenant ${tenant}, Runtime ${runtimeId}, ${landscape.applications().length} Applications
  Administrator's bearer token   ${adminToken}
  CA to trust                    ${caFile}

Start the sidecar with APP_COMPASS_CA_BUNDLE=${caFile} and give the cluster this Secret:

${simulator.configurationSecret()}
Steer it (all of it: curl ${adminUrl}/):

  curl -X POST ${adminUrl}/runtimes/default/secret              # a new Secret with a fresh token
  curl -X POST ${adminUrl}/applications -d '{"name":"orders"}'
  curl -X POST ${adminUrl}/applications/generate -d '{"count":5000}'
  curl -X PATCH ${adminUrl}/switches -d '{"certificateLifetimeSeconds":120}'
  curl -X POST ${adminUrl}/faults -d '{"target":"director","status":503,"times":3}'
  curl -X DELETE ${adminUrl}/faults
  curl -X POST ${adminUrl}/runtimes/default/revoke
  curl ${adminUrl}/requests
`;
}
