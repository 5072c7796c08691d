import { DEPLOYMENT } from '#common/cluster/objects.ts';
import { applyObjects } from '../install/apply.ts';
import { previewObjects } from '../install/preview.ts';
import { waitUntilReady } from '../install/wait-ready.ts';
import { count } from '../status/words.ts';
import { awaitGone } from './await-gone.ts';
import type { MigrationContext } from './context.ts';
import { rewriteDeployment } from './rewrite.ts';
import { sidecarPlace } from './sidecar-place.ts';
import { installationValues, objectsToApply } from './target.ts';
import { type Deployment, isUp, placeOf, wantedReplicas } from './workload.ts';

/**
 * Puts the sidecar there, without letting it run, where it is not: with the agent's settings, and rights on its Secrets. One that
 * is there is used as it is, and gets the rights alone. Throws what applying throws.
 */
export async function installSidecar(context: MigrationContext, image: string | undefined): Promise<void> {
  const { cluster, facts, dryRun, steps, invocation } = context;
  const [present] = facts.sidecars.items;
  const values = installationValues(facts, image);
  const objects = await objectsToApply(cluster, facts, image);
  // What the server refuses of them it says before the first one is written.
  if (dryRun === 'none') await previewObjects(cluster, objects, { dryRun });
  const applied = await applyObjects(cluster, objects, { dryRun, signal: invocation.interrupted });
  const changed = applied.filter(({ action }) => action !== 'unchanged').length;
  const what = present
    ? `rights for ${placeOf(present)}`
    : `${sidecarPlace(facts)} from ${values.image}, at 0 replicas`;
  if (dryRun !== 'none') steps.add('install', 'planned', `apply ${count(changed, 'object')}: ${what}`);
  else if (changed > 0) steps.add('install', 'done', `${count(changed, 'object')} applied: ${what}`);
  else steps.add('install', 'unchanged', `nothing to apply: ${what}`);
}

/** The Deployment that takes over. */
export function sidecarRef({ facts }: Pick<MigrationContext, 'facts'>): {
  readonly namespace: string;
  readonly name: string;
} {
  const [namespace = '', name = ''] = sidecarPlace(facts).split('/');
  return { namespace, name };
}

/** Lets the sidecar run, and waits until it does: whether it has a connection is left to the proof. Throws as waitUntilReady does. */
export async function startSidecar(context: MigrationContext): Promise<void> {
  const { cluster, dryRun, steps, invocation, timeoutMs } = context;
  const ref = sidecarRef(context);
  const place = `${ref.namespace}/${ref.name}`;
  if (dryRun !== 'none') {
    steps.add('start', 'planned', `scale ${place} to 1`);
    return;
  }
  let wasUp = false;
  await rewriteDeployment(cluster, { metadata: ref }, dryRun, (now) => {
    wasUp = wantedReplicas(now) > 0;
    return wasUp ? undefined : { replicas: 1 };
  });
  await waitUntilReady(invocation, cluster, ref, { timeoutMs, goal: 'started' });
  steps.add('start', wasUp ? 'unchanged' : 'done', `${place} runs`);
}

/** Scales every sidecar of this connection to 0, and waits until their Pods are gone. Throws as awaitGone does. */
export async function stopSidecars(context: MigrationContext): Promise<void> {
  const { cluster, facts, dryRun, steps } = context;
  const present = await cluster.find<Deployment>({ kind: DEPLOYMENT, ...sidecarRef(context) });
  const others = facts.sidecars.items.filter((one) => present === undefined || placeOf(one) !== placeOf(present));
  for (const sidecar of [...(present ? [present] : []), ...others]) {
    await rewriteDeployment(cluster, sidecar, dryRun, (now) => (wantedReplicas(now) > 0 ? { replicas: 0 } : undefined));
    if (dryRun !== 'none') {
      steps.add('stop', 'planned', `scale ${placeOf(sidecar)} to 0`);
      continue;
    }
    await awaitGone(context, sidecar);
    const text = isUp(sidecar) ? `${placeOf(sidecar)} scaled to 0; its Pods are gone` : `${placeOf(sidecar)} is at 0`;
    steps.add('stop', isUp(sidecar) ? 'done' : 'unchanged', text);
  }
}
