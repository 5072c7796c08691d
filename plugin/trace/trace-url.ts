import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
import type { Application } from '#common/resources/application.ts';
import type { FoundConnection } from '../connection/find.ts';
import { mapApplications } from '../get/fetch.ts';
import { namedSecrets } from '../get/landscape.ts';
import type { ReadinessJudge } from '../get/readiness.ts';
import { SecretIndex } from '../get/secret-facts.ts';
import { missedRight, readSecretFacts } from '../get/secret-reading.ts';
import { lastChange, type Trace, type TraceFacts, tracedApplication } from './facts.ts';
import { bundleOf } from './trace-secret.ts';
import { fitOf, nearestUrls, urlsOf } from './urls.ts';

/**
 * From a URL to the APIs that are called by it, or lead to it: those that fit best, a path below theirs fits as well. Throws
 * ClusterNotFound with the nearest URLs of the same host.
 */
export async function traceUrl(
  cluster: Cluster,
  connection: FoundConnection,
  judge: ReadinessJudge,
  asked: string,
): Promise<TraceFacts> {
  const known = new Set<string>();
  const [fitting, secrets] = await Promise.all([
    mapApplications(cluster, (application) =>
      fits(application, asked, known).map((fit) => ({
        ...fit,
        application: tracedApplication(application, connection, judge),
      })),
    ),
    readSecretFacts(cluster, connection),
  ]);
  if (fitting.length === 0) {
    const near = nearestUrls(asked, known);
    const hint = near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
    throw new CompassError('ClusterNotFound', `no API of ${connection.name} has the URL ${asked}${hint}`, {
      next: 'kubectl compass get apis -o wide',
    });
  }
  const best = Math.max(...fitting.map(({ fit }) => fit));
  const index = new SecretIndex(secrets);
  const { integrationNamespace: namespace } = connection.places;
  const denied = missedRight(secrets);
  return {
    connection,
    notPermitted: [...connection.notPermitted, ...(denied ? [denied] : [])],
    traces: fitting
      .filter(({ fit }) => fit === best)
      .map(
        ({ url, api, bundle, secrets: named, application }): Trace => ({
          url,
          apis: [api],
          bundle,
          application,
          secrets: named.map((secret) => ({ ...secret, facts: index.factsOf(secret.name), namespace })),
          change: lastChange(
            connection,
            named.map((secret) => secret.name),
            application.name,
          ),
        }),
      ),
  };
}

function fits({ spec }: Application, asked: string, known: Set<string>) {
  return (spec?.services ?? []).flatMap((service) =>
    (service.entries ?? []).flatMap((entry) => {
      const urls = urlsOf(entry);
      for (const { url } of urls) known.add(url);
      const ranked = urls.flatMap((url) => {
        const fit = fitOf(asked, url.url);
        return fit === undefined ? [] : [{ url, fit }];
      });
      const [best] = ranked.toSorted((a, b) => b.fit - a.fit);
      const { id, name } = entry;
      return best ? [{ ...best, api: { id, name }, bundle: bundleOf(service), secrets: namedSecrets(entry) }] : [];
    }),
  );
}
