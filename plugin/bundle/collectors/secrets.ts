import { createHmac, randomBytes } from 'node:crypto';
import { CONFIG_MAP, type ConfigMap, SECRET, type Secret } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { readSecrets, SECRETS_KEY } from '#common/resources/published-secrets.ts';
import type { SecretPlace } from '#common/resources/report.ts';
import type { Needles } from '../redaction/needles.ts';
import { meta } from '../redaction/sanitize.ts';
import { addSecretValues } from '../redaction/secret-values.ts';
import { type Collector, Findings, type Ground } from './collector.ts';
import { listOf } from './resources.ts';

/** Secrets of Applications carry this label (the reference agent's). */
const APPLICATION_LABEL = 'bundleId';

/** Of a page, in bytes. */
const PAGE_BYTES = 1024 * 1024;
const FIRST_PAGE = 50;

/**
 * The Secrets, as metadata, the names of their keys, and fingerprints keyed for this archive alone; no value, nor how long
 * one is. It comes first: the values that may be read are what is taken out of everything else.
 */
export function secrets(needles: Needles): Collector {
  return {
    name: 'secrets',
    what: 'the Secrets of connection and Applications: metadata, names of keys, keyed fingerprints, never a value',
    collect: (ground) => collect(ground, needles),
  };
}

async function collect(ground: Ground, needles: Needles) {
  const findings = new Findings(ground);
  const fingerprintKey = randomBytes(32);
  const taken = (secret: Secret) => {
    addSecretValues(secret, needles);
    return withoutValues(secret, fingerprintKey);
  };
  const own: object[] = [];
  for (const place of ownSecrets(ground)) {
    const found = await findings.try(() => ground.cluster.find<Secret>({ kind: SECRET, ...place }));
    if (found) own.push(taken(found));
  }
  // Written once all that could be in their annotations is known.
  const pages = await findings.try(() => readApplicationSecrets(ground, taken, findings));
  if (pages === undefined) await findings.try(() => writePublished(ground, findings));
  findings.count(own.length);
  await ground.sink.json(
    'resources/secrets.json',
    listOf(own.map((secret) => ground.redactor.value(secret) as object)),
  );
  return findings.result();
}

function ownSecrets({ connection, namespace }: Ground): SecretPlace[] {
  if (!connection) return [];
  const { configuration, client, ca } = connection.places;
  const { journal, state } = ownObjectNames(connection.name);
  return [configuration, client, ca, { namespace, name: journal }, { namespace, name: state }];
}

/** Page by page; throws what the cluster throws. */
async function readApplicationSecrets(
  { cluster, integrationNamespace, redactor, sink, invocation }: Ground,
  taken: (secret: Secret) => object,
  findings: Findings,
): Promise<number> {
  const options = {
    namespace: integrationNamespace,
    labelSelector: APPLICATION_LABEL,
    pageSize: FIRST_PAGE,
    pageBytes: PAGE_BYTES,
    signal: invocation.interrupted,
  };
  let pages = 0;
  for await (const { items } of cluster.listPages<Secret>(SECRET, options)) {
    if (items.length === 0) continue;
    pages += 1;
    const shown = items.map(taken);
    const path = `resources/application-secrets-${String(pages).padStart(4, '0')}.json`;
    await sink.json(path, listOf(shown.map((secret) => redactor.value(secret) as object)));
    findings.count(items.length);
  }
  return pages;
}

/** What the sidecar published of them, for those who may not list Secrets. */
async function writePublished({ cluster, connection, namespace, sink }: Ground, findings: Findings): Promise<void> {
  if (!connection) return;
  const ref = { kind: CONFIG_MAP, namespace, name: ownObjectNames(connection.name).secrets };
  const map = await cluster.find<ConfigMap>(ref).catch((error: unknown) => {
    if (hasReason(error, 'ClusterForbidden')) return undefined;
    throw error;
  });
  const published = readSecrets(map?.data?.[SECRETS_KEY]);
  if (!published) return;
  const items = [...published.secrets.values()];
  await sink.json('resources/published-secrets.json', {
    namespace: published.namespace,
    isCut: published.isCut,
    items,
  });
  findings.count(items.length);
  findings.note('Secrets of Applications as the sidecar published them with its last synchronization');
}

function withoutValues({ data, metadata, ...secret }: Secret, fingerprintKey: Buffer): object {
  const keys = Object.entries(data ?? {}).map(([key, value]) => ({
    key,
    fingerprint: `hmac:${createHmac('sha256', fingerprintKey).update(value).digest('hex').slice(0, 16)}`,
  }));
  const { apiVersion, kind, type, immutable } = secret;
  return {
    apiVersion,
    kind,
    metadata: meta(metadata),
    ...(type === undefined ? {} : { type }),
    ...(immutable === undefined ? {} : { immutable }),
    keys,
  };
}
