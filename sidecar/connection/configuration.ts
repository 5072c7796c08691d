import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap, SECRET, type Secret } from '#common/cluster/objects.ts';
import { secretValues } from '#common/cluster/secret-values.ts';
import { isRuntimeId, isTenantId } from '#common/compass/identifiers.ts';
import { hashToken, readToken } from '#common/compass/token.ts';
import { parseConnectorUrl } from '#common/compass/trusted-url.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import type { Sensitive } from '#common/sensitive.ts';
import type { NamespacedName } from '../config.ts';

/** What the configuration Secret says, checked. */
export interface Configuration {
  readonly connectorUrl: string;
  readonly runtimeId: string;
  readonly tenant: string | undefined;
  /** The one-time token, where there is one; it may have been used. */
  readonly token: { readonly value: Sensitive; readonly hash: string } | undefined;
}

/** The longest value of any key: a token in its longest form is far below it. */
const LONGEST_VALUE = 32 * 1024;

/**
 * Reads and checks the configuration: the Secret, or where there is none the ConfigMap of the same name (the older form).
 * Throws ConfigurationMissing, or ConfigurationInvalid with the key at fault; contents never stand in a message,
 * because people put tokens into the wrong key.
 */
export async function readConfiguration(cluster: Cluster, where: NamespacedName): Promise<Configuration> {
  const secret = await cluster.find<Secret>({ kind: SECRET, ...where });
  const values = secret ? secretValues(secret) : (await cluster.find<ConfigMap>({ kind: CONFIG_MAP, ...where }))?.data;
  const place = `${where.namespace}/${where.name}`;
  if (!values) {
    throw new CompassError(
      'ConfigurationMissing',
      `no configuration: there is no secret ${place}, and no configmap of that name; create it with CONNECTOR_URL, RUNTIME_ID, TENANT and TOKEN`,
    );
  }
  return check(values, secret ? `secret ${place}` : `configmap ${place}`);
}

/** The same, with what is wrong about it instead of a throw; one that may not be read is no reason to give up what works without it. */
export async function readConfigurationOrFlaw(
  cluster: Cluster,
  where: NamespacedName,
): Promise<Configuration | CompassError> {
  try {
    return await readConfiguration(cluster, where);
  } catch (error) {
    if (hasReason(error, 'ConfigurationMissing', 'ConfigurationInvalid', 'UntrustedUrl', 'ClusterForbidden'))
      return error;
    throw error;
  }
}

function check(values: Readonly<Record<string, string>>, place: string): Configuration {
  for (const [key, value] of Object.entries(values)) {
    if (value.length > LONGEST_VALUE) throw invalid(place, `${key} is longer than ${LONGEST_VALUE} characters`);
  }
  const token = optional(values, 'TOKEN');
  const parsed = token === undefined ? undefined : readToken(token);
  const url = optional(values, 'CONNECTOR_URL') ?? parsed?.connectorUrl;
  if (url === undefined) throw invalid(place, 'CONNECTOR_URL is missing');
  const runtimeId = optional(values, 'RUNTIME_ID');
  if (runtimeId === undefined) throw invalid(place, 'RUNTIME_ID is missing');
  if (!isRuntimeId(runtimeId)) throw invalid(place, 'RUNTIME_ID is not a UUID');
  const tenant = readTenant(values, place);
  if (tenant?.toLowerCase() === runtimeId.toLowerCase()) {
    throw invalid(place, 'RUNTIME_ID and TENANT are the same id, so that one of them is in the wrong place');
  }
  return {
    connectorUrl: readConnectorUrl(url, place),
    runtimeId: runtimeId.toLowerCase(),
    tenant,
    token: parsed && { value: parsed.token, hash: hashToken(parsed.token) },
  };
}

function readConnectorUrl(url: string, place: string): string {
  try {
    return parseConnectorUrl(url);
  } catch (error) {
    throw hasReason(error, 'ConfigurationInvalid') ? invalid(place, error.message) : error;
  }
}

function readTenant(values: Readonly<Record<string, string>>, place: string): string | undefined {
  const tenant = optional(values, 'TENANT');
  if (tenant !== undefined && !isTenantId(tenant)) {
    throw invalid(place, 'TENANT is not a tenant id: it must be one word of printable ASCII, 256 characters at most');
  }
  return tenant;
}

/** A value without the white space around it; undefined where nothing is left. */
function optional(values: Readonly<Record<string, string>>, key: string): string | undefined {
  const value = values[key]?.trim();
  return value === undefined || value === '' ? undefined : value;
}

function invalid(place: string, what: string): CompassError {
  return new CompassError('ConfigurationInvalid', `${place}: ${what}; correct it`);
}
