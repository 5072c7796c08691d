import { secretValues } from '#common/cluster/secret-values.ts';
import type { Application, ServiceEntry } from '#common/resources/application.ts';
import { Sensitive } from '#common/sensitive.ts';
import { formatAccess } from './access-record.ts';
import type { Desired, DesiredSecret } from './desired.ts';
import { findLastGood, findOwn, lastEntries } from './last-good.ts';
import { applicationLabel, credentialsSecretName, parametersSecretName } from './names.ts';
import type { Problem } from './problem.ts';
import type { Scene } from './scene.ts';

const VANISHED =
  'all credentials vanished at once from what the Director lists, most likely because the certificate lost a scope';

/**
 * Puts what the bundles have in the cluster, credentials and request parameters, into those whose own are hidden: entries
 * and Secrets stay as they are, under the new name where the Application was renamed. A bundle whose credentials are
 * not there any more, or of which nobody knows where they belong, goes without its APIs. Throws CompassError.
 */
export async function keepVanished(scene: Scene, desired: Desired, last: readonly Application[]): Promise<Desired> {
  const { vanished = [] } = desired;
  if (vanished.length === 0) return desired;
  let result: Desired = { ...desired, problem: vanishedProblem('nothing was removed') };
  for (const bundleId of vanished) result = await keepBundle(scene, result, bundleId, last);
  return result;
}

function vanishedProblem(outcome: string): Problem {
  return { reason: 'InsufficientScopes', message: `${VANISHED}; ${outcome}` };
}

async function keepBundle(
  scene: Scene,
  desired: Desired,
  bundleId: string,
  last: readonly Application[],
): Promise<Desired> {
  const entries = last.flatMap((application) => lastEntries(application, bundleId));
  const good = await findLastGood(scene, bundleId, last);
  if (!good && entries.some(({ credentials }) => credentials)) return withoutApis(desired, bundleId);
  const parameters = await findParameters(scene, bundleId, last);
  const labels = { app: applicationLabel(desired.name), bundleId };
  const secretName = credentialsSecretName(desired.name, bundleId);
  const requestParametersSecretName = parametersSecretName(desired.name, bundleId);
  const hasParameters = parameters || entries.some((entry) => entry.requestParametersSecretName);
  const access: Pick<ServiceEntry, 'credentials' | 'requestParametersSecretName'> = {
    ...(good && { credentials: { ...good.access, secretName } }),
    ...(hasParameters && { requestParametersSecretName }),
  };
  const secrets: DesiredSecret[] = [
    ...(good ? [{ name: secretName, labels, content: good.content, access: formatAccess(good.access) }] : []),
    ...(parameters ? [{ name: requestParametersSecretName, labels, content: parameters }] : []),
  ];
  const kept = withEntries(desired, bundleId, (entry) => [entry.type === 'API' ? { ...entry, ...access } : entry]);
  return { ...kept, secrets: [...desired.secrets, ...secrets] };
}

async function findParameters(
  scene: Scene,
  bundleId: string,
  last: readonly Application[],
): Promise<DesiredSecret['content'] | undefined> {
  for (const application of last) {
    const name = parametersSecretName(application.metadata.name, bundleId);
    const secret = await findOwn(scene, name, bundleId, application);
    if (secret) return new Sensitive(secretValues(secret));
  }
  return undefined;
}

function withoutApis(desired: Desired, bundleId: string): Desired {
  const bundle = desired.spec.services.find(({ id }) => id === bundleId)?.displayName ?? bundleId;
  const problem = vanishedProblem(
    `no good ones are known of bundle ${JSON.stringify(bundle)}, so its APIs are left out`,
  );
  return { ...withEntries(desired, bundleId, (entry) => (entry.type === 'API' ? [] : [entry])), problem };
}

function withEntries(
  desired: Desired,
  bundleId: string,
  change: (entry: ServiceEntry) => readonly ServiceEntry[],
): Desired {
  const services = desired.spec.services.map((service) =>
    service.id === bundleId ? { ...service, entries: service.entries.flatMap(change) } : service,
  );
  return { ...desired, spec: { ...desired.spec, services } };
}
