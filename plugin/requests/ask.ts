import { randomBytes } from 'node:crypto';
import { formatTime } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { formatRequest, type RequestVerb, requestAnnotation } from '#common/resources/requests.ts';
import type { FoundConnection } from '../connection/find.ts';
import { canICommand, describeRight, hiddenResource } from '../connection/right.ts';
import type { DryRun } from '../dry-run.ts';

/** Who writes what the plugin writes, for the API server's managed fields. */
export const PLUGIN_FIELD_MANAGER = 'kubectl-compass';

/** One thing to ask of the sidecar. */
export interface Question {
  readonly verb: RequestVerb;
  readonly parameters?: Readonly<Record<string, string>>;
  /** The original's own flag that says the same, for a sidecar or agent that knows no requests. */
  readonly flag?: 'resyncNow' | 'refreshCredentialsNow';
  /** Requests that this one takes the place of, where nobody has seen them yet. */
  readonly insteadOf?: readonly RequestVerb[];
}

/** How often the object is read anew when somebody else changed it meanwhile. */
const MOST_TRIES = 5;

/** A new id: when it was asked, and enough chance that two people at once do not share one. */
function newRequestId(now: number): string {
  return `${formatTime(now)}/${randomBytes(3).toString('hex')}`;
}

/**
 * Asks the sidecar by an annotation of the CompassConnection: a merge patch with a resourceVersion precondition. Returns
 * the request's id, by which its answer is found in the report. Throws what the cluster throws; ClusterNotFound without a
 * CompassConnection.
 */
export async function askSidecar(
  cluster: Cluster,
  connection: string,
  { verb, parameters = {}, flag, insteadOf = [] }: Question,
  { now, dryRun = 'none' }: { readonly now: number; readonly dryRun?: DryRun },
): Promise<string> {
  const id = newRequestId(now);
  const replaced = insteadOf.map((other) => [requestAnnotation(other), null]);
  const annotations = {
    ...Object.fromEntries(replaced),
    [requestAnnotation(verb)]: formatRequest({ id, parameters }),
  };
  await patchConnection(cluster, connection, { annotations, ...(flag ? { spec: { [flag]: true } } : {}) }, dryRun);
  return id;
}

interface ConnectionChange {
  readonly annotations: Readonly<Record<string, string | null>>;
  readonly spec?: object;
}

/** Changes the CompassConnection as it is now; with `client` it is only read. */
export async function patchConnection(
  cluster: Cluster,
  connection: string,
  { annotations, spec }: ConnectionChange,
  dryRun: DryRun,
): Promise<void> {
  const ref = { kind: COMPASS_CONNECTION, name: connection };
  for (let tries = 1; ; tries += 1) {
    const { metadata } = await cluster.get<CompassConnection>(ref);
    if (dryRun === 'client') return;
    const patch = { metadata: { resourceVersion: metadata.resourceVersion, annotations }, ...(spec ? { spec } : {}) };
    const options = { fieldManager: PLUGIN_FIELD_MANAGER, dryRun: dryRun === 'server' };
    try {
      await cluster.mergePatch<CompassConnection>(ref, patch, options);
      return;
    } catch (error) {
      orTryAgain(error, tries);
    }
  }
}

/**
 * Lets a write be tried again on the newer version, where somebody else was first. Throws any other error, and after a few
 * tries ClusterConflict.
 */
export function orTryAgain(error: unknown, tries: number): void {
  if (!hasReason(error, 'ClusterConflict', 'ClusterAlreadyExists')) throw error;
  if (tries < MOST_TRIES) return;
  const { reason, message, status } = error;
  const next = 'others change it at the same time: call the command again';
  throw new CompassError(reason, message, { cause: error, status, next });
}

/**
 * Throws ClusterNotFound where the connection has a report but no object that a request could be written on, and
 * ClusterForbidden where it may not be read.
 */
export function requireResource({
  name,
  resource,
  notPermitted,
}: Pick<FoundConnection, 'name' | 'resource' | 'notPermitted'>): CompassConnection {
  if (resource) return resource;
  const hidden = hiddenResource(notPermitted);
  if (hidden) throw new CompassError('ClusterForbidden', describeRight(hidden), { next: canICommand(hidden) });
  throw new CompassError(
    'ClusterNotFound',
    `the CompassConnection ${name} is gone, so that nothing can be asked of its sidecar`,
  );
}
