import { APPLICATION, type Application, type EntryCredentials } from '#common/resources/application.ts';
import type { Desired, DesiredSecret, KeptBundle } from './desired.ts';
import { lastEntries, readContent } from './last-good.ts';
import { applicationLabel } from './names.ts';
import type { PresentApplication } from './present.ts';
import type { Problem } from './problem.ts';
import type { Scene } from './scene.ts';
import { keepVanished } from './vanished.ts';

/**
 * Puts the last good credentials into the bundles whose present ones cannot be used, or are hidden: entries and Secret
 * stay as they are, under the new name where the Application was renamed. A bundle that cannot be used and never had good
 * ones goes without its API entries, because an entry without credentials would be called unauthenticated. Throws
 * CompassError.
 */
export async function keepCredentials(
  scene: Scene,
  desired: Desired,
  lastKnown: PresentApplication | undefined,
): Promise<Desired> {
  if (desired.kept.length === 0 && !desired.vanished) return desired;
  const ref = lastKnown && { kind: APPLICATION, name: lastKnown.name };
  const last = ref && (await scene.cluster.find<Application>(ref));
  return keepVanished(scene, await keepUnusable(scene, desired, last), last);
}

async function keepUnusable(scene: Scene, desired: Desired, last: Application | undefined): Promise<Desired> {
  let result: Desired = { ...desired, kept: [] };
  const kept: KeptBundle[] = [];
  const leftOut: KeptBundle[] = [];
  for (const bundle of desired.kept) {
    const credentials = lastCredentials(last, bundle.bundleId);
    const content = credentials && (await readContent(scene, credentials.secretName));
    if (credentials && content) result = withCredentials(result, bundle, credentials, content);
    (content ? kept : leftOut).push(bundle);
  }
  return { ...result, problem: unusableProblem(kept, leftOut) ?? desired.problem };
}

/** Says the first of each kind; the others are alike. */
function unusableProblem([kept]: readonly KeptBundle[], [leftOut]: readonly KeptBundle[]): Problem | undefined {
  const parts = [
    ...(kept ? [`${kept.why}; the last good ones are kept`] : []),
    ...(leftOut ? [`${leftOut.why}; there were no good ones before, so its APIs are left out`] : []),
  ];
  return parts.length > 0 ? { reason: 'UnknownCredential', message: parts.join('; ') } : undefined;
}

function lastCredentials(application: Application | undefined, bundleId: string): EntryCredentials | undefined {
  return lastEntries(application, bundleId).find(({ credentials }) => credentials?.secretName)?.credentials;
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
