import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap, SECRET, type Secret } from '#common/cluster/objects.ts';
import { secretValues } from '#common/cluster/secret-values.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import type { SecretPlace } from '#common/resources/report.ts';
import type { Sensitive } from '#common/sensitive.ts';
import type { DryRun } from '../dry-run.ts';
import { orTryAgain, PLUGIN_FIELD_MANAGER } from '../requests/ask.ts';
import type { Settings } from './settings.ts';

/** The configuration Secret as it is now. */
export interface PresentConfiguration {
  /** Undefined where there is none yet. */
  readonly secret: Secret | undefined;
  /** Its values by their keys, the token among them: never to be printed. */
  readonly values: Readonly<Record<string, string>>;
}

export type ConfigurationAction = 'created' | 'configured';

/**
 * Reads the configuration Secret. Throws ConfigurationBlocked where it cannot be written: an immutable Secret, or a
 * ConfigMap of its name alone, the older form, which a Secret would silently take the place of.
 */
export async function fetchConfiguration(cluster: Cluster, place: SecretPlace): Promise<PresentConfiguration> {
  const secret = await cluster.find<Secret>({ kind: SECRET, ...place });
  const { namespace, name } = place;
  if (secret?.immutable === true) {
    throw blocked(`the Secret ${namespace}/${name} is immutable`, `kubectl -n ${namespace} delete secret ${name}`);
  }
  if (!secret && (await hasConfigMap(cluster, place))) {
    throw blocked(
      `a ConfigMap ${namespace}/${name} holds the configuration, and a Secret would take its place`,
      `kubectl -n ${namespace} delete configmap ${name}`,
    );
  }
  return { secret, values: secretValues(secret) };
}

/**
 * Writes settings and token into the Secret, and leaves its other keys alone: created where there is none, else a merge
 * patch on the version that was read. With `client` nothing is sent.
 */
export async function writeConfiguration(
  cluster: Cluster,
  place: SecretPlace,
  content: Settings & { readonly token: Sensitive },
  dryRun: DryRun,
): Promise<ConfigurationAction> {
  const data = encode(content);
  const options = { fieldManager: PLUGIN_FIELD_MANAGER, dryRun: dryRun === 'server' };
  for (let tries = 1; ; tries += 1) {
    const { secret } = await fetchConfiguration(cluster, place);
    const action = secret ? 'configured' : 'created';
    if (dryRun === 'client') return action;
    try {
      if (secret) {
        const patch = { metadata: { resourceVersion: secret.metadata.resourceVersion }, data };
        await cluster.mergePatch<Secret>({ kind: SECRET, ...place }, patch, options);
      } else {
        const object: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: place, type: 'Opaque', data };
        await cluster.create<Secret>(SECRET, object, options);
      }
      return action;
    } catch (error) {
      orTryAgain(error, tries);
    }
  }
}

function encode({ connectorUrl, runtimeId, tenant, token }: Settings & { readonly token: Sensitive }) {
  const values = {
    CONNECTOR_URL: connectorUrl,
    RUNTIME_ID: runtimeId,
    ...(tenant === undefined ? {} : { TENANT: tenant }),
    TOKEN: token.reveal(),
  };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
}

/** Who may not read ConfigMaps is not kept from writing the Secret, which counts before one anyway. */
async function hasConfigMap(cluster: Cluster, place: SecretPlace): Promise<boolean> {
  try {
    return (await cluster.find<ConfigMap>({ kind: CONFIG_MAP, ...place })) !== undefined;
  } catch (error) {
    if (hasReason(error, 'ClusterForbidden')) return false;
    throw error;
  }
}

function blocked(what: string, remedy: string): CompassError {
  return new CompassError('ConfigurationBlocked', `${what}; nothing was changed`, {
    next: `keep what it holds, then: ${remedy}`,
  });
}
