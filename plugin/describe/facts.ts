import type { Cluster } from '#common/cluster/cluster.ts';
import { hasReason } from '#common/errors.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import type { ReportedChange, ReportedFailure } from '#common/resources/report.ts';
import { type FindOptions, findConnection } from '../connection/find.ts';
import type { MissingRight } from '../connection/right.ts';
import type { CoreEvent } from '../events/event.ts';
import { fetchEvents } from '../events/fetch.ts';
import { EVENTS_NAMESPACE } from '../events/selection.ts';
import { findApplication } from '../get/fetch.ts';
import { type Landscape, landscapeOf, type SecretReference, secretReferences } from '../get/landscape.ts';
import type { Readiness } from '../get/readiness.ts';
import { SecretIndex } from '../get/secret-facts.ts';
import { missedRight, readSecretFacts } from '../get/secret-reading.ts';
import { type SecretItem, secretItem } from '../get/secret-rows.ts';

/** Everything that is known about one Application. */
export interface ApplicationFacts {
  readonly name: string;
  readonly connection: string;
  /** Undefined where it could not even be created: then `readiness` says why. */
  readonly application: Application | undefined;
  readonly id: string | undefined;
  readonly readiness: Readiness;
  /** Whether this connection keeps it. */
  readonly isOurs: boolean;
  readonly lastSync: string | undefined;
  readonly secrets: readonly SecretItem[];
  /** Whether these are as of the last synchronization, because Secrets may not be listed. */
  readonly areSecretsPublished: boolean;
  /** The last of them that the report has, newest first. */
  readonly changes: readonly ReportedChange[];
  /** The newest last; undefined where they were not asked for. */
  readonly events: readonly CoreEvent[] | undefined;
  readonly notPermitted: readonly MissingRight[];
}

export interface DescribeOptions extends FindOptions {
  readonly app: string;
  readonly showEvents: boolean;
  readonly now: number;
}

/** Undefined where neither the cluster nor the report knows the name. Throws what findConnection throws. */
export async function fetchApplicationFacts(
  cluster: Cluster,
  options: DescribeOptions,
): Promise<ApplicationFacts | undefined> {
  const { app } = options;
  const [connection, application] = await Promise.all([
    findConnection(cluster, options),
    findApplication(cluster, app),
  ]);
  const applications = application ? [application] : [];
  const landscape = landscapeOf({ connection, applications, all: true });
  if (!application) return factsOfFailure(landscape, app);
  const [secrets, events] = await Promise.all([
    readSecretFacts(cluster, connection),
    options.showEvents ? eventsOf(cluster, app, options.now) : undefined,
  ]);
  const references = secretReferences(application);
  const index = new SecretIndex(secrets);
  const namespace = connection.places.integrationNamespace;
  const denied = [missedRight(secrets), events?.denied].filter((right) => right !== undefined);
  return {
    name: app,
    connection: connection.name,
    application,
    id: application.spec?.compassMetadata?.applicationId || undefined,
    readiness: landscape.judge.of(application),
    isOurs: landscapeOf({ connection, applications, all: false }).applications.length > 0,
    lastSync: landscape.lastSync,
    areSecretsPublished: secrets.published !== undefined,
    secrets: references.map((reference) => secretItem(reference, index.factsOf(reference.name), namespace)),
    changes: changesOf(landscape, app, references),
    events: events?.items,
    notPermitted: [...connection.notPermitted, ...denied],
  };
}

function factsOfFailure(landscape: Landscape, app: string): ApplicationFacts | undefined {
  const failure = landscape.judge.withoutObject([]).find(({ name, id }) => name === app || id === app);
  if (!failure) return undefined;
  const { connection, lastSync } = landscape;
  return {
    name: failure.name || failure.id,
    connection: connection.name,
    application: undefined,
    id: failure.id || undefined,
    readiness: readinessOf(failure),
    isOurs: true,
    lastSync,
    areSecretsPublished: false,
    secrets: [],
    changes: changesOf(landscape, app, []),
    events: undefined,
    notPermitted: connection.notPermitted,
  };
}

function readinessOf({ reason, message }: ReportedFailure): Readiness {
  return { ready: 'False', reason, message };
}

/** Its own, and those of its Secrets. */
function changesOf(
  { connection }: Landscape,
  app: string,
  references: readonly SecretReference[],
): readonly ReportedChange[] {
  const secrets = new Set(references.map(({ name }) => name));
  const isAbout = ({ kind, name }: ReportedChange) => (kind === APPLICATION.kind ? name === app : secrets.has(name));
  return (connection.found?.report?.changes ?? []).filter(isAbout);
}

async function eventsOf(cluster: Cluster, app: string, now: number) {
  const fieldSelectors = [`involvedObject.kind=${APPLICATION.kind},involvedObject.name=${app}`];
  try {
    return { items: await fetchEvents(cluster, { fieldSelectors, isWanted: () => true }, now), denied: undefined };
  } catch (error) {
    if (!hasReason(error, 'ClusterForbidden')) throw error;
    const denied: MissingRight = { verb: 'list', resource: 'events', namespace: EVENTS_NAMESPACE };
    const items: readonly CoreEvent[] | undefined = undefined;
    return { items, denied };
  }
}
