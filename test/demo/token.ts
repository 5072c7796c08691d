import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { CONFIGURATION_SECRET, configurationRef } from './place.ts';
import type { Scene } from './scene.ts';

function base64(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
}

/** Stores the configuration Secret with a fresh one-time token. */
export async function createConfiguration({ simulator, target }: Scene): Promise<void> {
  const { token, connectorURL } = simulator.requestToken();
  const { runtimeId, tenant } = simulator;
  await target.cluster.create<Secret>(SECRET, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: CONFIGURATION_SECRET, namespace: target.place.ownNamespace },
    data: base64({ CONNECTOR_URL: connectorURL, RUNTIME_ID: runtimeId, TENANT: tenant, TOKEN: token }),
  });
}

/** Replaces the token in the configuration Secret by a fresh one. */
export async function storeNewToken({ simulator, target }: Scene): Promise<void> {
  const data = base64({ TOKEN: simulator.requestToken().token });
  await target.cluster.mergePatch(configurationRef(target.place), { data });
}
