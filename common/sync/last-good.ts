import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { secretValues } from '#common/cluster/secret-values.ts';
import { type Application, type FoundEntry, servicesOf } from '#common/resources/application.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { DesiredSecret } from './desired.ts';
import { secretOwnership } from './ownership.ts';
import type { Scene } from './scene.ts';

/** The entries that a bundle has in the cluster. */
export function lastEntries(application: Application | undefined, bundleId: string): readonly FoundEntry[] {
  return application ? (servicesOf(application).find(({ id }) => id === bundleId)?.entries ?? []) : [];
}

/** What a Secret of ours holds, decoded; undefined where there is none. Throws CompassError. */
export async function readContent(scene: Scene, name: string): Promise<DesiredSecret['content'] | undefined> {
  const namespace = scene.place.integrationNamespace;
  const secret = await scene.cluster.find<Secret>({ kind: SECRET, name, namespace });
  if (!secret?.data || secretOwnership(secret, scene.place.connectionName) === 'foreign') return undefined;
  return new Sensitive(secretValues(secret));
}
