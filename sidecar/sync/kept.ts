import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION, type Application, type EntryCredentials } from '#common/resources/application.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { Desired, DesiredSecret, KeptBundle } from './desired.ts';
import { applicationLabel } from './names.ts';
import { secretOwnership } from './ownership.ts';
import type { PresentApplication } from './present.ts';
import type { Scene } from './scene.ts';

/**
 * Puts the last good credentials into the bundles whose present ones cannot be used: entries and Secret stay as they
 * are, under the new name where the Application was renamed. A bundle that never had good ones goes without its API
 * entries, because an entry without credentials would be called unauthenticated. Throws CompassError.
 */
export async function keepCredentials(
  scene: Scene,
  desired: Desired,
  lastKnown: PresentApplication | undefined,
): Promise<Desired> {
  const [first] = desired.kept;
  if (!first) return desired;
  const ref = lastKnown && { kind: APPLICATION, name: lastKnown.name };
  const last = ref && (await scene.cluster.find<Application>(ref));
  const problem = { reason: 'UnknownCredential', message: `${first.why}; the last good ones are kept` } as const;
  let result: Desired = { ...desired, kept: [], problem };
  for (const bundle of desired.kept) {
    const credentials = lastCredentials(last, bundle.bundleId);
    const content = credentials && (await readContent(scene, credentials.secretName));
    if (credentials && content) result = withCredentials(result, bundle, credentials, content);
  }
  return result;
}

function lastCredentials(application: Application | undefined, bundleId: string): EntryCredentials | undefined {
  const service = application?.spec?.services?.find(({ id }) => id === bundleId);
  return service?.entries?.find(({ credentials }) => credentials?.secretName)?.credentials;
}

async function readContent(scene: Scene, name: string): Promise<DesiredSecret['content'] | undefined> {
  const namespace = scene.place.integrationNamespace;
  const secret = await scene.cluster.find<Secret>({ kind: SECRET, name, namespace });
  if (!secret?.data || secretOwnership(secret, scene.place.connectionName) === 'foreign') return undefined;
  const values = Object.entries(secret.data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]);
  return new Sensitive(Object.fromEntries(values));
}

function withCredentials(
  desired: Desired,
  bundle: KeptBundle,
  credentials: EntryCredentials,
  content: DesiredSecret['content'],
): Desired {
  const { bundleId, secretName } = bundle;
  const entries = bundle.entries.map((entry) => ({ ...entry, credentials: { ...credentials, secretName } }));
  const services = desired.spec.services.map((service) =>
    service.id === bundleId ? { ...service, entries: [...entries, ...service.entries] } : service,
  );
  const secret = { name: secretName, labels: { app: applicationLabel(desired.name), bundleId }, content };
  return { ...desired, spec: { ...desired.spec, services }, secrets: [...desired.secrets, secret] };
}
