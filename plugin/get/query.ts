import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { type FoundConnection, findConnection } from '../connection/find.ts';
import { canICommand, describeRight } from '../connection/right.ts';
import type { ParsedFlags } from '../flags.ts';
import { clusterFlags, sidecarNamespace } from '../kubeconfig/flags.ts';
import { sortBy } from '../output/sort-by.ts';
import { fetchApplications, type Selection } from './fetch.ts';
import { type Landscape, landscapeOf } from './landscape.ts';
import { type ResourceType, readAsked } from './resource.ts';
import type { Row } from './row.ts';
import type { Wish } from './rows.ts';
import { hintOfSecrets, readSecretFacts, type SecretReading } from './secret-reading.ts';
import { readStatusSelector } from './status-selector.ts';

/** What `get` was asked for, read from the command line. */
export interface Query extends Wish {
  readonly selection: Selection;
  /** Also Applications of other connections. */
  readonly all: boolean;
  readonly sortBy: string | undefined;
  readonly needsSecrets: boolean;
  /** Whether one that was named may be missing. */
  readonly mayBeMissing: boolean;
}

/** Throws Usage for what makes no sense. */
export function readQuery({ names: words, flags, output }: Invocation): Query {
  const { type, names } = readAsked(words);
  const selection = { labelSelector: flags.text('selector'), fieldSelector: flags.text('field-selector') };
  const isSelected = selection.labelSelector !== undefined || selection.fieldSelector !== undefined;
  if (isSelected && names.length > 0)
    throw new CompassError('Usage', 'name some, or select some by -l or --field-selector');
  refuseUnknownWays(flags);
  const needsSecrets = type === 'secrets' || (type === 'apps' && output.format === 'wide');
  return {
    type,
    names,
    selection,
    isSelected,
    hasStatus: readStatusSelector(flags.text('status-selector')),
    all: flags.isOn('all') || flags.isOn('all-namespaces'),
    sortBy: flags.text('sort-by'),
    needsSecrets,
    mayBeMissing: flags.isOn('ignore-not-found'),
  };
}

/** kubectl's flags that would be taken for something that is not done here. */
function refuseUnknownWays(flags: ParsedFlags): void {
  if (flags.isOn('show-managed-fields')) {
    throw new CompassError('Usage', 'managedFields are not shown here: kubectl get applications --show-managed-fields');
  }
  if (flags.switched('allow-missing-template-keys') === false) {
    throw new CompassError(
      'Usage',
      'what a template names and is not there is left out: --allow-missing-template-keys',
    );
  }
}

/** Reads what a query is about. Throws what findConnection throws, and CompassError of the lists. */
export async function fetchLandscape(invocation: Invocation, cluster: Cluster, query: Query): Promise<Landscape> {
  const { flags, env } = invocation;
  const { selection, type, names, all } = query;
  const options = { name: flags.text('connection'), namespace: sidecarNamespace(flags, env) };
  const ofSecrets = type === 'secrets';
  const [connection, applications] = await Promise.all([
    findConnection(cluster, options),
    fetchApplications(cluster, ofSecrets ? {} : selection, type === 'apps' ? names : []),
  ]);
  const secrets = await readSecrets(cluster, connection, query);
  const place = { clusterFlags: clusterFlags(flags) };
  const hints = [
    ...connection.notPermitted.map((right) => `${describeRight(right)}; ask: ${canICommand(right, place)}`),
    secrets && hintOfSecrets(secrets, place),
    doubtOf(connection),
  ];
  for (const hint of hints.filter((one) => one !== undefined)) invocation.hint(hint);
  return landscapeOf({ connection, applications, secrets, all });
}

/** Why it is not known who is ready: an Application that fails looks like any other where nobody says so. */
export function doubtOf({ found, notPermitted }: FoundConnection): string | undefined {
  if (found?.report || notPermitted.length > 0) return undefined;
  const why = found ? `the report in namespace ${found.namespace} cannot be read` : 'there is no report of a sidecar';
  return `${why}: who is ready is not known`;
}

async function readSecrets(
  cluster: Cluster,
  connection: FoundConnection,
  { needsSecrets, type, selection, isSelected }: Query,
): Promise<SecretReading | undefined> {
  if (!needsSecrets) return undefined;
  const secrets = await readSecretFacts(cluster, connection, type === 'secrets' ? selection : {});
  if (secrets.denied && type === 'secrets' && isSelected) {
    throw new CompassError('ClusterForbidden', `Secrets cannot be selected: ${describeRight(secrets.denied)}`, {
      next: canICommand(secrets.denied),
    });
  }
  return secrets;
}

/** Sorted as asked for; those without an object, which have no fields, come last. */
export function sorted(rows: readonly Row[], path: string | undefined): readonly Row[] {
  if (path === undefined) return rows;
  const withObject = rows.filter(({ document }) => document !== undefined);
  const without = rows.filter(({ document }) => document === undefined);
  return [...sortBy(withObject, path, ({ document }) => document), ...without];
}

const WORDS: Readonly<Record<ResourceType, string>> = {
  apps: 'Application',
  bundles: 'bundle',
  apis: 'API',
  events: 'event definition',
  secrets: 'Secret',
};

/** Throws ClusterNotFound where one that was named is not there; it says so where it is another connection's. */
export function requireNamed(
  { type, names, mayBeMissing }: Query,
  rows: readonly Row[],
  { elsewhere }: Landscape,
): void {
  const missing = names.filter((name) => !rows.some((row) => row.names.includes(name)));
  if (missing.length === 0 || mayBeMissing) return;
  const isElsewhere = type === 'apps' && missing.every((name) => elsewhere.includes(name));
  const why = isElsewhere ? ' of this connection, but there is of another: --all shows it' : '';
  throw new CompassError('ClusterNotFound', `there is no ${WORDS[type]} ${missing.join(', ')}${why}`, {
    next: `kubectl compass get ${type}${isElsewhere ? ' --all' : ''}`,
  });
}
