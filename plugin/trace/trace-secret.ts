import type { Cluster } from '#common/cluster/cluster.ts';
import type { KubeObject } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import type { Application, ApplicationService } from '#common/resources/application.ts';
import { CONNECTION_ANNOTATION, ownObjectNames } from '#common/resources/names.ts';
import type { FoundConnection } from '../connection/find.ts';
import { describeRight } from '../connection/right.ts';
import { mapApplications } from '../get/fetch.ts';
import { namedSecrets } from '../get/landscape.ts';
import type { ReadinessJudge } from '../get/readiness.ts';
import { SecretIndex } from '../get/secret-facts.ts';
import { missedRight, type SecretReading } from '../get/secret-reading.ts';
import { didYouMean } from '../nearest.ts';
import type { Traced } from './asked.ts';
import { lastChange, type Trace, type TraceFacts, tracedApplication } from './facts.ts';
import { findSecret, readOneSecret } from './one-secret.ts';

type TracedSecret = Extract<Traced, { readonly type: 'secret' }>;

/**
 * From a Secret to the bundles that name it. Throws ClusterNotFound where nothing of ours does: with the nearest names, or with
 * what is known of a Secret that is somebody else's.
 */
export async function traceSecret(
  cluster: Cluster,
  connection: FoundConnection,
  judge: ReadinessJudge,
  asked: TracedSecret,
): Promise<TraceFacts> {
  const own = await ownSecret(cluster, connection, asked);
  if (own) return own;
  const { integrationNamespace: namespace } = connection.places;
  const { name } = asked;
  if (asked.namespace !== undefined && asked.namespace !== namespace) {
    const message = `no Secret of ${connection.name} is in namespace ${asked.namespace}: those of Applications are in ${namespace}`;
    throw new CompassError('ClusterNotFound', message, { next: 'kubectl compass get secrets' });
  }
  const known: string[] = [];
  const [found, secrets] = await Promise.all([
    mapApplications(cluster, (application) => {
      const named = bundlesNaming(application, name);
      for (const other of named.others) known.push(other);
      return named.services.map((service) => ({
        service,
        application: tracedApplication(application, connection, judge),
      }));
    }),
    readOneSecret(cluster, connection, name),
  ]);
  const facts = new SecretIndex(secrets).factsOf(name);
  if (found.length === 0) throw notNamed(name, connection, secrets, known);
  const denied = missedRight(secrets);
  return {
    connection,
    notPermitted: [...connection.notPermitted, ...(denied ? [denied] : [])],
    traces: found.map(({ service, application }): Trace => {
      const { entry, apis } = service;
      const change = lastChange(connection, [name], application.name);
      return { secrets: [{ ...entry, facts, namespace }], apis, bundle: service.bundle, application, change };
    }),
  };
}

/** The bundles of an Application that name a Secret, and the names of all its other Secrets. */
function bundlesNaming({ spec }: Application, name: string) {
  const others = new Set<string>();
  const services = (spec?.services ?? []).flatMap((service) => {
    const using = (service.entries ?? []).filter((entry) => {
      const named = namedSecrets(entry).map((secret) => secret.name);
      for (const other of named) others.add(other);
      return named.includes(name);
    });
    const entry = using.flatMap(namedSecrets).find((secret) => secret.name === name);
    if (!entry) return [];
    return [{ entry, apis: using.map(({ id, name: api }) => ({ id, name: api })), bundle: bundleOf(service) }];
  });
  return { services, others };
}

export function bundleOf({ id, name, displayName = '' }: ApplicationService) {
  return { id, name, displayName };
}

/** The Secrets that the connection itself lives on, wherever they are. */
async function ownSecret(
  cluster: Cluster,
  connection: FoundConnection,
  { name, namespace }: TracedSecret,
): Promise<TraceFacts | undefined> {
  const { places } = connection;
  const names = ownObjectNames(connection.name);
  const at = (own: string) => ({ namespace: connection.namespace, name: own });
  const known = [
    { ...places.configuration, purpose: 'the configuration, with the one-time token, that somebody stores' },
    { ...places.client, purpose: 'the key and client certificate, kept by the sidecar' },
    { ...places.ca, purpose: 'the CA of Compass, kept by the sidecar' },
    { ...at(names.journal), purpose: "the sidecar's journal of a pairing or renewal under way" },
    { ...at(names.state), purpose: "the sidecar's memory: held plans, suspensions, tokens seen" },
  ];
  const own = known.find((one) => one.name === name && (namespace === undefined || one.namespace === namespace));
  if (!own) return undefined;
  const { items, denied } = await findSecret(cluster, own.namespace, name);
  const facts = new SecretIndex({ items, ...(denied ? { denied } : {}) }).factsOf(name);
  const secret = { name, use: 'credentials' as const, authentication: undefined, facts, namespace: own.namespace };
  return {
    connection,
    traces: [{ secrets: [secret], purpose: own.purpose, apis: [] }],
    notPermitted: [...connection.notPermitted, ...(denied ? [denied] : [])],
  };
}

/** Nothing names it: then it is somebody else's, or was of an Application that is gone, or is not there. */
function notNamed(
  name: string,
  { name: connection, places }: FoundConnection,
  secrets: SecretReading,
  known: readonly string[],
): CompassError {
  const where = `Secret ${places.integrationNamespace}/${name}`;
  const [secret] = secrets.items.filter(({ metadata }) => metadata.name === name);
  const next = 'kubectl compass get secrets';
  if (secret && isFromCompass(secret)) {
    const { app = 'one that is gone', bundleId = 'unknown' } = secret.metadata.labels ?? {};
    const message = `${where} was made for bundle ${bundleId} of Application ${app}, and no Application names it any more`;
    return new CompassError('ClusterNotFound', message, { next });
  }
  if (secret) {
    const maker = makerOf(secret);
    const by = maker === undefined ? '' : `, made by ${maker}`;
    return new CompassError('ClusterNotFound', `${where} is not from Compass: it is somebody else's${by}`, {
      next: `kubectl -n ${places.integrationNamespace} get secret ${name} --show-managed-fields -o yaml`,
    });
  }
  if (secrets.published?.secrets.has(name)) {
    const message = `${where} was there at the last synchronization, and no Application names it any more`;
    return new CompassError('ClusterNotFound', message, { next });
  }
  const doubt = secrets.denied ? `; whether there is one is ${describeRight(secrets.denied)}` : '';
  const message = `no Application of ${connection} names a ${where}${doubt}${didYouMean(name, known)}`;
  return new CompassError('ClusterNotFound', message, { next });
}

function isFromCompass({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[CONNECTION_ANNOTATION] !== undefined || metadata.labels?.['bundleId'] !== undefined;
}

function makerOf({ metadata }: KubeObject): string | undefined {
  return metadata.managedFields?.find(({ manager }) => manager)?.manager;
}
