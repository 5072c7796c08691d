import type { CompassConnection } from '#common/resources/compass-connection.ts';
import { connectionRef } from './place.ts';
import type { Scene } from './scene.ts';

export type AskingFlag = 'resyncNow' | 'refreshCredentialsNow';

/** Asks the sidecar for something, as anybody with kubectl would. */
export async function ask({ target, narrator }: Scene, flag: AskingFlag): Promise<void> {
  await target.cluster.mergePatch<CompassConnection>(connectionRef(target.place), { spec: { [flag]: true } });
  narrator.tell(`spec.${flag} of the CompassConnection is set to true`);
}
