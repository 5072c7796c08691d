import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { secretValues } from '#common/cluster/secret-values.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { canBeApplied, type ListedApp } from './director-model.ts';
import { equalsOf, findWrongDeletion, type Seen, see } from './oracle.ts';
import { MINUTE_MS } from './play.ts';
import type { WholeHistory } from './whole-play.ts';
import { idOf, isOurSecret, isOurs, type Reading, secretsNamed } from './whole-reading.ts';

type SeenReading = Reading & Seen;

/** What is wrong with a history of whole synchronizations; undefined where it is as it should be. */
export function findWholeFault(history: WholeHistory): string | undefined {
  const readings = history.readings.map((reading) => see(reading));
  for (const [at, reading] of readings.entries()) {
    const fault =
      wrongReplacement(reading) ??
      wrongSecret(readings.slice(0, at), reading) ??
      missingSecret(readings.slice(0, at + 1), reading);
    if (fault) return `reading ${at}: ${fault}`;
  }
  const { touched } = history.strangers;
  if (touched.length > 0) return `touched ${touched.join(', ')}, which is not ours`;
  return findWrongDeletion(history, readings) ?? (history.isRejected ? undefined : findUnsettled(history));
}

function wrongReplacement({ replaced, listed }: SeenReading): string | undefined {
  const wrong = replaced.find(({ isRight }) => !(isRight && listed));
  return wrong && `deleted ${wrong.name}, which is listed and not there under the name that is listed`;
}

function wrongSecret(before: readonly SeenReading[], reading: SeenReading): string | undefined {
  const { deletedSecrets, listed, orphans, beganMs } = reading;
  if (deletedSecrets.length > 0 && !listed) return 'deleted a Secret by a listing that is not whole';
  const equals = before.filter((one) => equalsOf(before, reading).includes(one));
  const isDue = (uid: string) =>
    orphans.has(uid) && equals.some((one) => one.orphans.has(uid) && beganMs - one.endedMs >= MINUTE_MS);
  const wrong = deletedSecrets.find((uid) => !isDue(uid));
  return wrong && `deleted the Secret ${wrong}, which an Application names or which was not seen without one before`;
}

/** Of an id that had two names at once one may go with the Secret that they share, while the other waits to be deleted. */
function missingSecret(all: readonly SeenReading[], { missing }: SeenReading): string | undefined {
  const wasDoubled = (id: string) =>
    all.some(({ present }) => [...present.values()].filter((one) => one === id).length > 1);
  const wrong = missing.find(({ id }) => !wasDoubled(id));
  return wrong && `an Application names the Secret ${wrong.name}, which is not there`;
}

/** What is not in the cluster as the Director has it; undefined where all is. */
export function findUnsettled({ director, cluster }: WholeHistory): string | undefined {
  const applications = cluster.all<Application>(APPLICATION);
  const secrets = cluster.all<Secret>(SECRET);
  const byName = new Map(applications.map((one) => [one.metadata.name, one]));
  const wanted = director.apps.filter(({ id }) => canBeApplied(id));
  // While nobody shows credentials, all are believed to be hidden.
  const isShown = director.apps.some(({ credential }) => credential !== undefined);
  const names = new Map(wanted.map(({ id, name }) => [id, name]));
  const stray = applications.find((one) => isOurs(one) && names.get(idOf(one) ?? '') !== one.metadata.name);
  if (stray) return `at the end the Application ${stray.metadata.name} is there, and should not be`;
  for (const one of wanted) {
    const application = byName.get(one.name);
    if (!application) return `at the end the Application ${one.name} is not there`;
    if (isShown && !hasCredential(one, application, secrets))
      return `at the end the Application ${one.name} has other credentials than are listed`;
  }
  const named = new Set(applications.flatMap(secretsNamed));
  const orphan = secrets.find((one) => isOurSecret(one) && !named.has(one.metadata.name));
  return isShown && orphan ? `at the end the Secret ${orphan.metadata.name} is there, and nothing names it` : undefined;
}

function hasCredential(
  { credential }: Readonly<ListedApp>,
  application: Application,
  secrets: readonly Secret[],
): boolean {
  const [name] = secretsNamed(application);
  if (credential === 'unusable') return true;
  if (credential === undefined || name === undefined) return credential === name;
  const secret = secrets.find(({ metadata }) => metadata.name === name);
  return secret !== undefined && secretValues(secret)['password'] === credential;
}
