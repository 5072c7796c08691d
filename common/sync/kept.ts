import { CompassError } from '#common/errors.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { formatAccess } from './access-record.ts';
import type { Desired, DesiredSecret, KeptBundle } from './desired.ts';
import { findLastGood, type LastGood } from './last-good.ts';
import { applicationLabel } from './names.ts';
import type { PresentApplication } from './present.ts';
import type { Problem } from './problem.ts';
import type { Scene } from './scene.ts';
import { keepVanished } from './vanished.ts';

/**
 * Puts the last good credentials into the bundles whose present ones cannot be used, or are hidden: entries and Secret
 * stay as they are, under the new name where the Application was renamed. `lastKnown` are the Applications of its id. A
 * bundle that cannot be used and never had good ones goes without its API entries, because an entry without credentials
 * would be called unauthenticated. Throws CompassError.
 */
export async function keepCredentials(
  scene: Scene,
  desired: Desired,
  lastKnown: readonly PresentApplication[],
): Promise<Desired> {
  if (desired.kept.length === 0 && !desired.vanished) return desired;
  const last: Application[] = [];
  for (const known of lastKnown) last.push(...(await read(scene, known)));
  return keepVanished(scene, await keepUnusable(scene, desired, last), last);
}

async function read({ cluster }: Scene, { name, uid }: PresentApplication): Promise<readonly Application[]> {
  const application = await cluster.find<Application>({ kind: APPLICATION, name });
  if (application && application.metadata.uid !== uid)
    throw new CompassError('ClusterConflict', `the Application ${name} is another one by now`);
  return application ? [application] : [];
}

async function keepUnusable(scene: Scene, desired: Desired, last: readonly Application[]): Promise<Desired> {
  let result: Desired = { ...desired, kept: [] };
  const kept: KeptBundle[] = [];
  const leftOut: KeptBundle[] = [];
  for (const bundle of desired.kept) {
    const good = await findLastGood(scene, bundle.bundleId, last);
    if (good) result = withCredentials(result, bundle, good);
    (good ? kept : leftOut).push(bundle);
  }
  return { ...result, problem: unusableProblem(kept, leftOut) ?? desired.problem };
}

/** Says the first of each kind; the others are alike. */
function unusableProblem([kept]: readonly KeptBundle[], [leftOut]: readonly KeptBundle[]): Problem | undefined {
  const parts = [
    ...(kept ? [`${kept.why}; the last good ones are kept`] : []),
    ...(leftOut ? [`${leftOut.why}; no good ones are known from before, so its APIs are left out`] : []),
  ];
  return parts.length > 0 ? { reason: 'UnknownCredential', message: parts.join('; ') } : undefined;
}

function withCredentials(desired: Desired, bundle: KeptBundle, { access, content }: LastGood): Desired {
  const { bundleId, secretName } = bundle;
  const entries = bundle.entries.map((entry) => ({ ...entry, credentials: { ...access, secretName } }));
  const services = desired.spec.services.map((service) =>
    service.id === bundleId ? { ...service, entries: [...entries, ...service.entries] } : service,
  );
  const labels = { app: applicationLabel(desired.name), bundleId };
  const secret: DesiredSecret = { name: secretName, labels, content, access: formatAccess(access) };
  return { ...desired, spec: { ...desired.spec, services }, secrets: [...desired.secrets, secret] };
}
