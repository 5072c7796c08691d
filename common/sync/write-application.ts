import { APPLICATION, type Application } from '#common/resources/application.ts';
import { DEFAULTS_FIELD_MANAGER, SIDECAR_FIELD_MANAGER, SYNC_ERROR_ANNOTATION } from '#common/resources/names.ts';
import type { Desired } from './desired.ts';
import { appliedApplication, newApplication } from './objects.ts';
import { type PresentApplication, toPresentApplication } from './present.ts';
import type { Scene } from './scene.ts';

/** Creates an Application without services; it refuses to take over one that appeared in between (ClusterAlreadyExists). */
export async function createApplication(scene: Scene, desired: Desired): Promise<PresentApplication> {
  const object = newApplication(desired, scene.place);
  const options = { fieldManager: DEFAULTS_FIELD_MANAGER };
  return remember(scene, await scene.write(() => scene.cluster.create(APPLICATION, object, options)), desired);
}

/** Applies everything but what is written once. Bound to the version that was judged: ClusterConflict where it moved on. */
export async function applyApplication(
  scene: Scene,
  desired: Desired,
  target: PresentApplication,
): Promise<PresentApplication> {
  const object = appliedApplication(desired, target, scene.place);
  const applied = await scene.write(() =>
    scene.cluster.apply<Application>(APPLICATION, object, { fieldManager: SIDECAR_FIELD_MANAGER, force: true }),
  );
  return remember(scene, await dropOtherLabels(scene, desired, applied), desired);
}

/** An apply leaves the keys of other managers, the reference agent's for example; `spec.labels` is ours whole. */
async function dropOtherLabels(scene: Scene, desired: Desired, applied: Application): Promise<Application> {
  const others = Object.keys(applied.spec?.labels ?? {}).filter((key) => !(key in (desired.spec.labels ?? {})));
  if (others.length === 0) return applied;
  const { name, resourceVersion } = applied.metadata;
  const labels = Object.fromEntries(others.map((key) => [key, null]));
  const patch = { metadata: { resourceVersion }, spec: { labels } };
  const ref = { kind: APPLICATION, name };
  return scene.write(() => scene.cluster.mergePatch<Application>(ref, patch, { fieldManager: SIDECAR_FIELD_MANAGER }));
}

/** Notes on an Application why it is not in sync, or takes the note away (undefined). Writes only a change. */
export async function noteSyncError(
  scene: Scene,
  target: PresentApplication,
  message: string | undefined,
): Promise<PresentApplication> {
  if (target.syncError === message) return target;
  const { uid, resourceVersion } = target;
  const patch = { metadata: { uid, resourceVersion, annotations: { [SYNC_ERROR_ANNOTATION]: message ?? null } } };
  const ref = { kind: APPLICATION, name: target.name };
  const options = { fieldManager: SIDECAR_FIELD_MANAGER };
  const noted = await scene.write(() => scene.cluster.mergePatch<Application>(ref, patch, options));
  return remember(scene, noted, target);
}

/** Deletes exactly the object that was judged, in the version that was judged. */
export async function deleteApplication(scene: Scene, target: PresentApplication): Promise<void> {
  const { name, uid, resourceVersion } = target;
  const options = { uid, resourceVersion, propagationPolicy: 'Background' } as const;
  await scene.write(() => scene.cluster.delete({ kind: APPLICATION, name }, options));
  scene.present.removeApplication(name);
}

/** By the name as it was wanted: the one in the answer would be kept beside it, for as long as the process lives. */
function remember(scene: Scene, application: Application, { name }: Pick<Desired, 'name'>): PresentApplication {
  const record = { ...toPresentApplication(application, scene.place.connectionName), name };
  scene.present.putApplication(record);
  return record;
}
