import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap, SECRET, type Secret } from '#common/cluster/objects.ts';
import { secretValues } from '#common/cluster/secret-values.ts';
import { parseConnectorUrl } from '#common/compass/trusted-url.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { readStored } from '#common/pki/certificate.ts';
import type { SecretPlace } from '#common/resources/report.ts';
import { type Reading, reading } from '../connection/reading.ts';
import type { MissingRight } from '../connection/right.ts';
import type { Variable } from './read-environment.ts';

/** One of the agent's Secrets, as far as it may be read. Nothing of its values leaves this file but what is said here. */
export interface FoundSecret {
  readonly place: SecretPlace;
  /** `configmap` is the older form of the configuration. */
  readonly kind?: 'secret' | 'configmap';
  readonly denied?: MissingRight;
  /** Why it cannot be used. */
  readonly flaw?: CompassError;
  /** Of the client certificate: until when it is valid, in milliseconds since the epoch. */
  readonly notAfter?: number;
}

export interface AgentSecrets {
  readonly configuration: FoundSecret;
  readonly client: FoundSecret;
  readonly ca: FoundSecret;
}

/** Where the agent's releases kept both, the older one first; its own namespace counts before. */
const USUAL_NAMESPACES = ['compass-system', 'kyma-system'];

/**
 * The agent's three Secrets, where its settings say that they are, and where these say nothing in the usual namespaces. Throws
 * what reading throws, but for a missing right.
 */
export async function findSecrets(
  cluster: Cluster,
  agentNamespace: string,
  variables: readonly Variable[],
  now: number,
): Promise<AgentSecrets> {
  const usual = [...new Set([agentNamespace, ...USUAL_NAMESPACES])];
  const places = (names: readonly string[], name: string, namespaces: readonly string[]) =>
    settingPlaces(variables, names) ?? namespaces.map((namespace) => ({ namespace, name }));
  const configurationSettings = ['APP_AGENT_CONFIGURATION_SECRET', 'APP_CONNECTION_CONFIG_MAP'];
  const [configuration, client, ca] = await Promise.all([
    firstFound(places(configurationSettings, 'compass-agent-configuration', usual), (place) =>
      findConfiguration(cluster, place),
    ),
    firstFound(places(['APP_CLUSTER_CERTIFICATES_SECRET'], 'cluster-client-certificates', usual), (place) =>
      findClient(cluster, place, now),
    ),
    firstFound(places(['APP_CA_CERTIFICATES_SECRET'], 'ca-certificates', ['istio-system']), (place) =>
      findCa(cluster, place),
    ),
  ]);
  return { configuration, client, ca };
}

/** The one place that a setting names; without a namespace it is `default`, as the agent has it. */
function settingPlaces(variables: readonly Variable[], names: readonly string[]): readonly SecretPlace[] | undefined {
  const text = names
    .map((name) => variables.find((variable) => variable.name === name)?.value?.trim())
    .find((value) => value !== undefined && value !== '');
  if (text === undefined) return undefined;
  const [first = '', second] = text.split('/');
  return [second === undefined ? { namespace: 'default', name: first } : { namespace: first, name: second }];
}

/** The first one that is there; else the first one that may not be read; else the first. */
async function firstFound(
  places: readonly SecretPlace[],
  find: (place: SecretPlace) => Promise<FoundSecret>,
): Promise<FoundSecret> {
  const found = await Promise.all(places.map(find));
  const [first] = found;
  const best = found.find(({ kind }) => kind) ?? found.find(({ denied }) => denied) ?? first;
  return best ?? { place: { namespace: '', name: '' } };
}

async function findConfiguration(cluster: Cluster, place: SecretPlace): Promise<FoundSecret> {
  const secret = await readSecret(cluster, place);
  if (secret.denied) return { place, denied: secret.denied };
  const [found] = secret.items;
  if (found) return { place, kind: 'secret', ...flawOfConfiguration(secretValues(found)) };
  const map = await reading({ verb: 'get', resource: 'configmaps', ...place }, async () => {
    const one = await cluster.find<ConfigMap>({ kind: CONFIG_MAP, ...place });
    return one ? [one] : [];
  });
  if (map.denied) return { place, denied: map.denied };
  return map.items[0] ? { place, kind: 'configmap', ...flawOfConfiguration(map.items[0].data ?? {}) } : { place };
}

/** Without a word of the values: people put tokens into the wrong key. */
function flawOfConfiguration(values: Readonly<Record<string, string>>): Pick<FoundSecret, 'flaw'> {
  return flawIn(() => {
    for (const key of ['CONNECTOR_URL', 'RUNTIME_ID'])
      if ((values[key]?.trim() ?? '') === '') throw new CompassError('ConfigurationInvalid', `${key} is missing`);
    parseConnectorUrl(values['CONNECTOR_URL'] ?? '');
  });
}

async function findClient(cluster: Cluster, place: SecretPlace, now: number): Promise<FoundSecret> {
  const secret = await readSecret(cluster, place);
  if (secret.denied) return { place, denied: secret.denied };
  const [found] = secret.items;
  if (!found) return { place };
  const { crt = '', key = '', crtChain = '' } = secretValues(found);
  let notAfter: number | undefined;
  const flaw = flawIn(() => {
    notAfter = readStored({ crt, key, crtChain }, now).notAfter;
  });
  return { place, kind: 'secret', ...flaw, ...(notAfter === undefined ? {} : { notAfter }) };
}

async function findCa(cluster: Cluster, place: SecretPlace): Promise<FoundSecret> {
  const secret = await readSecret(cluster, place);
  if (secret.denied) return { place, denied: secret.denied };
  return secret.items.length > 0 ? { place, kind: 'secret' } : { place };
}

function readSecret(cluster: Cluster, { namespace, name }: SecretPlace): Promise<Reading<Secret>> {
  return reading({ verb: 'get', resource: 'secrets', namespace, name }, async () => {
    const secret = await cluster.find<Secret>({ kind: SECRET, namespace, name });
    return secret ? [secret] : [];
  });
}

function flawIn(read: () => void): Pick<FoundSecret, 'flaw'> {
  try {
    read();
    return {};
  } catch (error) {
    if (hasReason(error, 'ConfigurationInvalid', 'InvalidCredential', 'CertificateExpired')) return { flaw: error };
    throw error;
  }
}
