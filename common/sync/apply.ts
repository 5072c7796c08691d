import type { Desired } from './desired.ts';
import { applicationDigest } from './digest.ts';
import { newApplication, tooLarge } from './objects.ts';
import type { PresentApplication } from './present.ts';
import { problemError } from './problem.ts';
import type { Scene } from './scene.ts';
import { applyApplication, createApplication } from './write-application.ts';
import { type ComparedSecret, compareSecret, dropOtherOwners, refuseForeign, writeSecret } from './write-secret.ts';

export interface Applied {
  readonly record: PresentApplication;
  readonly action: 'created' | 'updated' | 'unchanged';
  readonly secrets: readonly SecretChange[];
}

export interface SecretChange {
  readonly name: string;
  readonly action: 'created' | 'updated';
}

/**
 * Brings one Application to what is desired: the Application without services, its Secrets, then the services, so that
 * no entry is ever visible before the Secret that it names. `target` is the present one of its name. Writes only what
 * differs. Throws CompassError.
 */
export async function applyDesired(
  scene: Scene,
  desired: Desired,
  target: PresentApplication | undefined,
): Promise<Applied> {
  const compared = desired.secrets.map((secret) => compareSecret(scene, secret, target));
  const object = `Application ${desired.name}`;
  const wanted = desiredDigest(scene, desired);
  const isSame = target !== undefined && scene.alterations.isExpected(object, wanted, target.digest);
  if (!isSame || !compared.every(({ isUpToDate }) => isUpToDate)) refuseLarge(desired);
  refuseStrange(scene, desired);
  let record = target ?? (await createApplication(scene, desired));
  const secrets = await writeSecrets(scene, compared, record);
  const differs = !scene.alterations.isExpected(object, wanted, record.digest);
  if (differs) {
    record = await applyApplication(scene, desired, record);
    scene.alterations.record(object, wanted, record.digest);
  }
  for (const { name } of desired.secrets) await dropOtherOwners(scene, name, record);
  const isUpdated = differs || secrets.length > 0;
  return { record, action: target ? (isUpdated ? 'updated' : 'unchanged') : 'created', secrets };
}

async function writeSecrets(
  scene: Scene,
  compared: readonly ComparedSecret[],
  owner: PresentApplication,
): Promise<readonly SecretChange[]> {
  const changes: SecretChange[] = [];
  for (const secret of compared) {
    const action = await writeSecret(scene, secret, owner);
    if (action !== 'unchanged') changes.push({ name: secret.desired.name, action });
  }
  return changes;
}

/** What is there already has found room. */
function refuseLarge(desired: Desired): void {
  const large = tooLarge(desired);
  if (large !== undefined) throw problemError({ reason: 'ObjectTooLarge', message: large });
}

/** Everything else that can be known to fail, before the first write. */
function refuseStrange(scene: Scene, desired: Desired): void {
  for (const { name } of desired.secrets) {
    const secret = scene.present.secret(name);
    if (secret) refuseForeign(scene, secret);
    if (!scene.claimSecret(name, desired.id)) {
      const message = `the Secret ${name} is that of another Application with the same bundle`;
      throw problemError({ reason: 'ForeignObject', message });
    }
  }
}

function desiredDigest(scene: Scene, desired: Desired): string {
  return applicationDigest({ ...newApplication(desired, scene.place), spec: desired.spec });
}
