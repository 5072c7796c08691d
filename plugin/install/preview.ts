import type { Cluster } from '#common/cluster/cluster.ts';
import type { KubeObject } from '#common/cluster/objects.ts';
import { CompassError, messageOf } from '#common/errors.ts';
import type { DryRun } from '../dry-run.ts';
import { type AppliedObject, type ApplyObjectsOptions, applyOne, namespacesToMake } from './apply.ts';

/**
 * What applying would do, with the server's own checks of all objects at once; with `client` by what is there alone. Throws
 * what the server says to the first that it refuses, and how many more there are.
 */
export async function previewObjects(
  cluster: Cluster,
  objects: readonly KubeObject[],
  { dryRun, force = false, signal }: ApplyObjectsOptions,
): Promise<readonly AppliedObject[]> {
  const missing = await namespacesToMake(cluster, objects, signal);
  const look = (object: KubeObject, preview: DryRun) =>
    applyOne(cluster, object, { dryRun: preview, force, signal, missing });
  const results = await Promise.allSettled(
    objects.map(async (object) => {
      try {
        return await look(object, dryRun === 'client' ? 'client' : 'server');
      } catch (error) {
        // A webhook that takes no dry runs has nothing against the object; who asked for one is told.
        if (dryRun === 'none' && /does not support dry run/i.test(messageOf(error))) return look(object, 'client');
        throw error;
      }
    }),
  );
  const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (refusals.length > 0) throw refusal(refusals);
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

function refusal([first, ...others]: readonly unknown[]): unknown {
  if (!(first instanceof CompassError)) return first;
  const { reason, message, status, next } = first;
  const more = others.length === 0 ? '' : `; and ${others.length} more of the objects`;
  const escalates = /attempting to grant/.test(message) ? ESCALATE : next;
  return new CompassError(reason, `${message}${more}; nothing was changed`, { cause: first, status, next: escalates });
}

/** Whoever gives rights must have them. */
const ESCALATE =
  'let an administrator of the cluster do it: it takes the rights that the sidecar gets, or escalate and bind';
