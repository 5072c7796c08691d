import type { Cluster } from '#common/cluster/cluster.ts';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError, hasReason, messageOf } from '#common/errors.ts';
import type { Log } from '#common/log.ts';
import { joinRoots } from '#common/pki/certificate.ts';
import { DETAILS_ANNOTATION } from '#common/resources/connection-details.ts';
import { CONNECTION_ANNOTATION, SIDECAR_FIELD_MANAGER } from '#common/resources/names.ts';
import type { Sensitive } from '#common/sensitive.ts';
import type { Config, NamespacedName } from '../config.ts';
import { isStoreRefusal } from './store-forbidden.ts';

/** The content of the client Secret, as it is: a pair may be missing, damaged or expired. */
export interface StoredPair {
  readonly crt: string;
  readonly key: string;
  readonly crtChain: string;
  /** What stands beside it for readers, as it is: see common/resources/connection-details.ts. */
  readonly details?: string | undefined;
}

const PAIR_KEYS = ['crt', 'key', 'crtChain'] as const;

/** A proven pair on its way into the cluster's Secrets; all PEM. */
export interface NewPair {
  readonly leaf: string;
  readonly chain: string;
  readonly ca: string;
  readonly key: Sensitive;
  /** What readers of the pair are to know beside it, as its annotation has it. */
  readonly details?: string;
}

/**
 * What the client Secret holds; undefined where there is no Secret, or nothing in it. Throws ForeignObject where it is marked
 * as another connection's: two that share it would take each other's identity. One without a mark is taken over.
 */
export async function readPair(
  cluster: Cluster,
  { clientSecret: where, connectionName }: Pick<Config, 'clientSecret' | 'connectionName'>,
): Promise<StoredPair | undefined> {
  const secret = await cluster.find<Secret>({ kind: SECRET, ...where });
  const owner = secret?.metadata.annotations?.[CONNECTION_ANNOTATION];
  if (owner !== undefined && owner !== connectionName) {
    throw new CompassError(
      'ForeignObject',
      `secret ${where.namespace}/${where.name} belongs to the connection ${owner}; give ${connectionName} one of its own in APP_CLUSTER_CERTIFICATES_SECRET`,
    );
  }
  const text = (key: string) => Buffer.from(secret?.data?.[key] ?? '', 'base64').toString('utf8');
  const details = secret?.metadata.annotations?.[DETAILS_ANNOTATION];
  const values = { crt: text('crt'), key: text('key'), crtChain: text('crtChain') };
  const pair = details === undefined ? values : { ...values, details };
  return pair.crt === '' && pair.key === '' && pair.crtChain === '' ? undefined : pair;
}

/** What stands in for the values where a write is only tried. */
const TRIED = 'tried, not stored';

/** The write that would store a pair, without storing anything. Throws what the write would throw. */
export async function tryPair(cluster: Cluster, config: Config): Promise<void> {
  const values = Object.fromEntries(PAIR_KEYS.map((key) => [key, TRIED]));
  await writeKeys(cluster, config.clientSecret, values, { annotations: ownerMark(config), dryRun: true });
}

/** The write that would store the roots, without storing anything. Throws what the write would throw. */
export async function tryRoots(cluster: Cluster, { caSecret }: Config): Promise<void> {
  await writeKeys(cluster, caSecret, { cacert: TRIED }, { dryRun: true });
}

/**
 * Swaps the pair in: first the roots, old and new together, so that no reader meets a certificate whose issuer it does
 * not know; then certificate, key and chain in one write. Keys, labels and annotations of others stay.
 *
 * The CA Secret is a courtesy to others: where it cannot be written, for whatever the cluster says, that is a warning.
 */
export async function swapPair(cluster: Cluster, config: Config, pair: NewPair, log: Log): Promise<void> {
  try {
    await writeRoots(cluster, config.caSecret, pair.ca);
  } catch (error) {
    if (!isStoreRefusal(error)) throw error;
    log.warn('the CA secret was not written; gateways that read it will not know the CA of Compass', {
      secret: `${config.caSecret.namespace}/${config.caSecret.name}`,
      error: messageOf(error),
    });
  }
  const values = { crt: pair.leaf, key: pair.key.reveal(), crtChain: pair.chain };
  await writeKeys(cluster, config.clientSecret, values, { annotations: { ...ownerMark(config), ...besides(pair) } });
}

/** Takes the pair out of the client Secret, and our mark; what others keep in it stays, and so does another connection's Secret. */
export async function clearPair(
  cluster: Cluster,
  { clientSecret: where, connectionName }: Pick<Config, 'clientSecret' | 'connectionName'>,
): Promise<void> {
  const ref = { kind: SECRET, ...where };
  const secret = await cluster.find<Secret>(ref);
  const owner = secret?.metadata.annotations?.[CONNECTION_ANNOTATION];
  if (!secret || (owner !== undefined && owner !== connectionName)) return;
  const isEmpty = PAIR_KEYS.every((key) => secret.data?.[key] === undefined);
  if (isEmpty && owner === undefined) return;
  const { resourceVersion } = secret.metadata;
  const metadata = { resourceVersion, annotations: { [CONNECTION_ANNOTATION]: null, [DETAILS_ANNOTATION]: null } };
  const data = Object.fromEntries(PAIR_KEYS.map((key) => [key, null]));
  await cluster.mergePatch<Secret>(ref, { metadata, data }, { fieldManager: SIDECAR_FIELD_MANAGER });
}

/** Writes back the very pair that was read before. */
export async function restorePair(cluster: Cluster, config: Config, pair: StoredPair): Promise<void> {
  const values = { crt: pair.crt, key: pair.key, crtChain: pair.crtChain };
  await writeKeys(cluster, config.clientSecret, values, { annotations: { ...ownerMark(config), ...besides(pair) } });
}

/** Says beside the pair in the client Secret what readers are to know. Throws what the cluster throws. */
export async function writeDetails(
  cluster: Cluster,
  { clientSecret }: Pick<Config, 'clientSecret'>,
  details: string,
): Promise<void> {
  const patch = { metadata: { annotations: { [DETAILS_ANNOTATION]: details } } };
  await cluster.mergePatch<Secret>({ kind: SECRET, ...clientSecret }, patch, { fieldManager: SIDECAR_FIELD_MANAGER });
}

function besides({ details }: Pick<StoredPair, 'details'>): Readonly<Record<string, string>> {
  return details === undefined ? {} : { [DETAILS_ANNOTATION]: details };
}

async function writeRoots(cluster: Cluster, where: NamespacedName, ca: string): Promise<void> {
  const secret = await cluster.find<Secret>({ kind: SECRET, ...where });
  const present = Buffer.from(secret?.data?.['cacert'] ?? '', 'base64').toString('utf8');
  const cacert = joinRoots(ca, present);
  if (cacert !== present) await writeKeys(cluster, where, { cacert });
}

function ownerMark({ connectionName }: Pick<Config, 'connectionName'>): Readonly<Record<string, string>> {
  return { [CONNECTION_ANNOTATION]: connectionName };
}

interface KeysOptions {
  readonly annotations?: Readonly<Record<string, string>>;
  /** Everything but the storing. */
  readonly dryRun?: boolean;
}

/** Somebody else who writes in the same moment is given way to, and what they wrote is kept. */
const MOST_TRIES = 5;

/** As writeKeysOnce, on a fresh version after each conflict. */
async function writeKeys(...args: Parameters<typeof writeKeysOnce>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await writeKeysOnce(...args);
    } catch (error) {
      if (!hasReason(error, 'ClusterConflict', 'ClusterAlreadyExists') || tries === MOST_TRIES) throw error;
    }
  }
}

/** Writes these keys of a Secret in one request, and checks that what came back is what was written. */
async function writeKeysOnce(
  cluster: Cluster,
  where: NamespacedName,
  values: Readonly<Record<string, string>>,
  { annotations = {}, dryRun = false }: KeysOptions = {},
): Promise<void> {
  const ref = { kind: SECRET, ...where };
  const options = { fieldManager: SIDECAR_FIELD_MANAGER, dryRun };
  const data = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  const existing = await cluster.find<Secret>(ref);
  const written = existing
    ? await cluster.mergePatch<Secret>(
        ref,
        { metadata: { resourceVersion: existing.metadata.resourceVersion, annotations }, data },
        options,
      )
    : await cluster.create<Secret>(
        SECRET,
        { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { ...where, annotations }, data },
        options,
      );
  const changed = Object.keys(data).filter((key) => written.data?.[key] !== data[key]);
  if (changed.length > 0) {
    throw new CompassError(
      'ClusterRefused',
      `secret ${where.namespace}/${where.name}: ${changed.join(', ')} did not come back as written; a webhook changes or drops the content`,
    );
  }
}
