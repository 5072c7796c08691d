import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import type { Desired } from './desired.ts';
import { toPresentApplication, toPresentSecret } from './present.ts';
import type { Scene } from './scene.ts';

/** Reads anew what one Application's plan is built on, after the cluster turned out to be different. */
export async function refresh(scene: Scene, desired: Desired, alsoApplications: readonly string[]): Promise<void> {
  const { cluster, place, present } = scene;
  for (const name of new Set([desired.name, ...alsoApplications])) {
    const application = await cluster.find<Application>({ kind: APPLICATION, name });
    if (application) present.putApplication(toPresentApplication(application, place.connectionName));
    else present.removeApplication(name);
  }
  for (const { name } of desired.secrets) {
    const secret = await cluster.find<Secret>({ kind: SECRET, name, namespace: place.integrationNamespace });
    if (secret) present.putSecret(toPresentSecret(secret, place.connectionName));
    else present.removeSecret(name);
  }
}
