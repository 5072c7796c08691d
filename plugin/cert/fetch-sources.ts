import type { X509Certificate } from 'node:crypto';
import type { Cluster } from '#common/cluster/cluster.ts';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { secretValues } from '#common/cluster/secret-values.ts';
import { isPair } from '#common/pki/certificate.ts';
import { orderChain } from '#common/pki/chain.ts';
import { fingerprintOf, readPem } from '#common/pki/pem.ts';
import type { SecretPlace } from '#common/resources/report.ts';
import { type FindOptions, type FoundConnection, findConnection } from '../connection/find.ts';
import { type Reading, reading } from '../connection/reading.ts';
import { hiddenReport, hiddenResource } from '../connection/right.ts';
import { instant } from '../status/from-resource.ts';
import { identityOf } from './identity.ts';
import { factsOf, type Source, type Sources } from './sources.ts';

export interface FetchOptions extends FindOptions {
  /** Whether the CA Secret is wanted, too. */
  readonly withCa: boolean;
}

/** Asks all three for the client certificate. Throws what findConnection throws; a missing right is part of the answer. */
export async function fetchSources(cluster: Cluster, options: FetchOptions): Promise<Sources> {
  const connection = await findConnection(cluster, options);
  const { name, namespace, places } = connection;
  const [client, ca] = await Promise.all([
    readSecret(cluster, places.client),
    options.withCa ? readSecret(cluster, places.ca) : undefined,
  ]);
  const { source: secret, ...stored } = fromSecret(client, places.client);
  const denied = [client.denied, ca?.denied].filter((right) => right !== undefined);
  return {
    name,
    namespace,
    status: fromStatus(connection),
    secret,
    ...fromWire(connection),
    ...stored,
    ca: ca?.denied
      ? undefined
      : ca?.items.flatMap((object) => readPem(secretValues(object)['cacert'] ?? '').certificates),
    notPermitted: [...connection.notPermitted, ...denied],
  };
}

function readSecret(cluster: Cluster, { namespace, name }: SecretPlace): Promise<Reading<Secret>> {
  return reading({ verb: 'get', resource: `secrets/${name}`, namespace }, async () => {
    const secret = await cluster.find<Secret>({ kind: SECRET, namespace, name });
    return secret ? [secret] : [];
  });
}

function fromStatus({ resource, notPermitted }: FoundConnection): Source {
  const denied = hiddenResource(notPermitted);
  if (!resource) return denied ? { state: 'not permitted', right: denied } : absent('there is no CompassConnection');
  const { notBefore, notAfter } = resource.status?.connectionStatus?.certificateStatus ?? {};
  const facts = { notBefore: instant(notBefore), notAfter: instant(notAfter) };
  return facts.notAfter === undefined ? absent('it names no certificate') : { state: 'read', facts };
}

/** The keyed fingerprints say whether two are the same, and nothing else. */
function fromWire(connection: FoundConnection): Pick<Sources, 'wire' | 'isStoredInUse'> {
  const { found, notPermitted } = connection;
  const denied = hiddenReport(notPermitted);
  if (!found?.report) {
    const wire: Source = denied ? { state: 'not permitted', right: denied } : absent('no sidecar reports');
    return { wire, isStoredInUse: undefined };
  }
  const { commonName, notBefore, notAfter, inUse, stored } = identityOf(connection);
  if (notAfter === undefined) return { wire: absent('the sidecar has none'), isStoredInUse: undefined };
  const isStoredInUse = inUse === undefined ? undefined : inUse === stored;
  return { wire: { state: 'read', facts: { commonName, notBefore, notAfter } }, isStoredInUse };
}

interface Stored extends Pick<Sources, 'isPair' | 'chain'> {
  readonly source: Source;
}

function fromSecret({ items: [secret], denied }: Reading<Secret>, { namespace, name }: SecretPlace): Stored {
  if (denied) return { source: { state: 'not permitted', right: denied }, isPair: undefined, chain: undefined };
  const none = (source: Source): Stored => ({ source, isPair: undefined, chain: [] });
  if (!secret) return none(absent(`there is no secret ${namespace}/${name}`));
  const { key = '', crt = '', crtChain = '' } = secretValues(secret);
  const certificates = [crt, crtChain].flatMap((pem) => readPem(pem).certificates);
  const leaf = certificates.find((certificate) => isPair(certificate, key)) ?? certificates[0];
  if (!leaf) return none(absent(`no certificate is in secret ${namespace}/${name}`));
  const source: Source = { state: 'read', facts: factsOf(leaf) };
  return { source, isPair: isPair(leaf, key), chain: orderChain(leaf, distinct(certificates)) };
}

function distinct(certificates: readonly X509Certificate[]): X509Certificate[] {
  return [...new Map(certificates.map((certificate) => [fingerprintOf(certificate), certificate])).values()];
}

function absent(why: string): Source {
  return { state: 'absent', why };
}
