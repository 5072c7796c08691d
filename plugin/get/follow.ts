import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap, type KubeObject } from '#common/cluster/objects.ts';
import { keepWatching } from '#common/cluster/watch.ts';
import { messageOf } from '#common/errors.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { REPORT_KEY, readReport } from '#common/resources/report.ts';
import type { FoundConnection } from '../connection/find.ts';
import { withoutManagedFields } from '../output/managed-fields.ts';
import { followObject } from '../wait/follow.ts';
import { selected } from './fetch.ts';
import { type Landscape, landscapeOf } from './landscape.ts';
import type { Query } from './query.ts';
import { readSecretFacts } from './secret-reading.ts';

export interface FollowLandscape {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly query: Query;
  /** What is known to begin with. */
  readonly landscape: Landscape;
  readonly onChange: () => void;
  readonly onTrouble: (message: string) => void;
}

/** How often Applications are listed beside the watch. */
const POLL_MS = 60_000;

/** Keeps a landscape up to date by watches of the Applications and the report; Secrets are read anew. */
export function follow(options: FollowLandscape): { landscape(): Promise<Landscape>; readonly done: Promise<unknown> } {
  const { query, cluster } = options;
  let { connection, secrets } = options.landscape;
  let readFor = connection.found?.report?.lastSync;
  const applications = new Map<string, Application>();
  for (const application of options.landscape.applications) applications.set(application.metadata.name, application);
  const onReport = (found: FoundConnection['found']) => {
    connection = { ...connection, found };
    options.onChange();
  };
  const done = Promise.all([followApplications(options, applications), followReport(options, connection, onReport)]);
  return {
    done,
    async landscape() {
      const { lastSync } = connection.found?.report ?? {};
      // What is published in place of a list that is not permitted changes with a synchronization only.
      if (query.needsSecrets && !(secrets?.denied && lastSync === readFor)) {
        readFor = lastSync;
        secrets = await readSecrets(cluster, connection, query).catch(() => secrets);
      }
      return landscapeOf({ connection, applications: [...applications.values()], secrets, all: query.all });
    },
  };
}

function readSecrets(cluster: Cluster, connection: FoundConnection, { type, selection }: Query) {
  return readSecretFacts(cluster, connection, type === 'secrets' ? selection : {});
}

async function followApplications(
  { cluster, clock, signal, query, onChange, onTrouble }: FollowLandscape,
  applications: Map<string, Application>,
): Promise<void> {
  const { type, selection, names } = query;
  const [name] = names;
  const single = type === 'apps' && names.length === 1 ? { fieldSelector: `metadata.name=${name}` } : {};
  await keepWatching<Application>(cluster, APPLICATION, {
    ...(type === 'secrets' ? {} : selected(selection)),
    ...single,
    pollMs: POLL_MS,
    clock,
    random: Math.random,
    signal,
    onEvent: (event) => {
      if (event.type === 'failed') return onTrouble(messageOf(event.error));
      if (event.type === 'synced') return onChange();
      const { object } = event;
      if (event.type === 'deleted') applications.delete(object.metadata.name);
      else applications.set(object.metadata.name, withoutManagedFields(object));
      onChange();
    },
  });
}

/** The report tells who is ready. Where it may not be read, what was known stays. */
async function followReport(
  { cluster, clock, signal }: FollowLandscape,
  { name, namespace }: FoundConnection,
  onReport: (found: FoundConnection['found']) => void,
): Promise<void> {
  const ref = { kind: CONFIG_MAP, name: ownObjectNames(name).report, namespace };
  const onObject = (map: (KubeObject & Pick<ConfigMap, 'data'>) | undefined) => {
    const report = readReport(map?.data?.[REPORT_KEY]);
    if (report) onReport({ connection: name, namespace, report });
  };
  await followObject<ConfigMap>({ cluster, ref, clock, signal, onObject }).catch(() => undefined);
}
