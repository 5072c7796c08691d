import type { Application, ServiceEntry } from '#common/resources/application.ts';
import type { Desired, DesiredSecret } from './desired.ts';
import { lastEntries, readContent } from './last-good.ts';
import { applicationLabel, credentialsSecretName, parametersSecretName } from './names.ts';
import type { Problem } from './problem.ts';
import type { Scene } from './scene.ts';

const VANISHED: Problem = {
  reason: 'InsufficientScopes',
  message:
    'all credentials vanished at once from what the Director lists, most likely because the certificate lost a scope; nothing was removed',
};

/**
 * Puts what the bundles have in the cluster, credentials and request parameters, into those whose own are hidden: entries
 * and Secrets stay as they are, under the new name where the Application was renamed. Throws CompassError.
 */
export async function keepVanished(scene: Scene, desired: Desired, last: Application | undefined): Promise<Desired> {
  const { vanished = [] } = desired;
  let result: Desired = vanished.length > 0 ? { ...desired, problem: VANISHED } : desired;
  for (const bundleId of vanished) result = await keepBundle(scene, result, bundleId, last);
  return result;
}

async function keepBundle(
  scene: Scene,
  desired: Desired,
  bundleId: string,
  last: Application | undefined,
): Promise<Desired> {
  const entries = lastEntries(last, bundleId);
  const credentials = entries.find((entry) => entry.credentials?.secretName)?.credentials;
  const parameters = entries.find((entry) => entry.requestParametersSecretName)?.requestParametersSecretName;
  const secrets: DesiredSecret[] = [];
  const keep = async (from: string, name: string): Promise<string> => {
    const content = await readContent(scene, from);
    const labels = { app: applicationLabel(desired.name), bundleId };
    if (content) secrets.push({ name, labels, content });
    return name;
  };
  const access: Pick<ServiceEntry, 'credentials' | 'requestParametersSecretName'> = {
    ...(credentials && {
      credentials: {
        ...credentials,
        secretName: await keep(credentials.secretName, credentialsSecretName(desired.name, bundleId)),
      },
    }),
    ...(parameters && {
      requestParametersSecretName: await keep(parameters, parametersSecretName(desired.name, bundleId)),
    }),
  };
  const services = desired.spec.services.map((service) =>
    service.id === bundleId
      ? { ...service, entries: service.entries.map((entry) => withAccess(entry, access)) }
      : service,
  );
  return { ...desired, spec: { ...desired.spec, services }, secrets: [...desired.secrets, ...secrets] };
}

function withAccess(entry: ServiceEntry, access: Partial<ServiceEntry>): ServiceEntry {
  return entry.type === 'API' ? { ...entry, ...access } : entry;
}
