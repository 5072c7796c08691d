import type { Desired } from './desired.ts';
import { applicationDigest } from './digest.ts';
import { keepCredentials } from './kept.ts';
import { newApplication, tooLarge } from './objects.ts';
import type { PresentApplication } from './present.ts';
import { type Problem, problemError } from './problem.ts';
import type { Scene } from './scene.ts';
import { applyApplication, createApplication } from './write-application.ts';
import { dropOtherOwners, refuseForeign, writeSecret } from './write-secret.ts';

/** Where an Application goes: the object of its name, and those that it has under the names before. */
export interface Destination {
  readonly target: PresentApplication | undefined;
  readonly elsewhere: readonly PresentApplication[];
}

export interface Applied {
  readonly record: PresentApplication;
  readonly action: 'created' | 'updated' | 'unchanged';
  readonly secrets: readonly SecretChange[];
  /** The names of the Secrets that it refers to. */
  readonly wanted: readonly string[];
  /** What is wrong with it although it was written. */
  readonly problem?: Problem | undefined;
}

export interface SecretChange {
  readonly name: string;
  readonly action: 'created' | 'updated';
}

/**
 * Brings one Application to what is desired: the Application without services, its Secrets, then the services, so that
 * no entry is ever visible before the Secret that it names. Writes only what differs. Throws CompassError.
 */
export async function applyDesired(
  scene: Scene,
  listed: Desired,
  { target, elsewhere }: Destination,
): Promise<Applied> {
  const desired = await keepCredentials(scene, listed, lastKnown(listed, { target, elsewhere }));
  refuse(scene, desired, { target, elsewhere });
  let record = target ?? (await createApplication(scene, desired));
  const secrets: SecretChange[] = [];
  for (const secret of desired.secrets) {
    const action = await writeSecret(scene, secret, record);
    if (action !== 'unchanged') secrets.push({ name: secret.name, action });
  }
  const differs = record.digest !== desiredDigest(scene, desired);
  if (differs) record = await applyApplication(scene, desired, record);
  for (const { name } of desired.secrets) await dropOtherOwners(scene, name, record);
  const isUpdated = differs || secrets.length > 0;
  const action = target ? (isUpdated ? 'updated' : 'unchanged') : 'created';
  return { record, action, secrets, wanted: desired.secrets.map(({ name }) => name), problem: keptProblem(listed) };
}

function lastKnown({ id }: Desired, { target, elsewhere }: Destination): PresentApplication | undefined {
  return target?.id === id ? target : elsewhere.find((record) => record.id === id);
}

/** Everything that can be known to fail, before the first write. */
function refuse(scene: Scene, desired: Desired, { target, elsewhere }: Destination): void {
  const large = tooLarge(desired);
  if (large !== undefined) throw problemError({ reason: 'ObjectTooLarge', message: large });
  const origins = new Set([...(target ? [target] : []), ...elsewhere].map(({ uid }) => uid));
  for (const { name } of desired.secrets) {
    const secret = scene.present.secret(name);
    if (secret) refuseForeign(scene, secret, origins);
  }
}

function desiredDigest(scene: Scene, desired: Desired): string {
  return applicationDigest({ ...newApplication(desired, scene.place), spec: desired.spec });
}

function keptProblem({ kept }: Desired): Problem | undefined {
  const [first] = kept;
  return first && { reason: 'UnknownCredential', message: `${first.why}; its last good ones are kept` };
}
