import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { discoverKind } from '#common/cluster/discovery.ts';
import { CUSTOM_RESOURCE_DEFINITION, type Kind } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import type { DryRun } from '../dry-run.ts';
import { PLUGIN_FIELD_MANAGER } from '../requests/ask.ts';
import { type Definition, type DefinitionPlan, definitionName } from './definitions.ts';

/** How long a definition may take until its objects can be written. */
const SERVED_WITHIN_MS = 60_000;

/** Carries the plan out, and waits until the kind is served. Throws TimedOut where it is not within a minute. */
export async function applyDefinition(
  cluster: Cluster,
  { action, ours, present, kind }: DefinitionPlan,
  { dryRun, clock, signal }: { readonly dryRun: DryRun; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  if (dryRun === 'client' || (action !== 'created' && action !== 'replaced')) return;
  const options = { fieldManager: PLUGIN_FIELD_MANAGER, dryRun: dryRun === 'server', signal };
  if (action === 'created') await cluster.apply(CUSTOM_RESOURCE_DEFINITION, ours, options);
  else if (present) await cluster.replace(CUSTOM_RESOURCE_DEFINITION, replacement(present, ours), options);
  if (dryRun === 'none') await untilServed(cluster, kind, clock, signal);
}

/** Server-side apply would leave what ours does not have, such as a status subresource; what people wrote on it stays. */
function replacement(present: Definition, ours: Definition): Definition {
  const { managedFields: _, ...metadata } = present.metadata;
  const annotations = { ...metadata.annotations, ...ours.metadata.annotations };
  return { ...present, metadata: { ...metadata, annotations }, spec: ours.spec };
}

async function untilServed(cluster: Cluster, kind: Kind, clock: Clock, signal: AbortSignal): Promise<void> {
  const startedMs = clock.monotonicMs();
  while (!(await discoverKind(cluster, kind, signal)).served) {
    if (clock.monotonicMs() - startedMs > SERVED_WITHIN_MS) {
      const next = `kubectl describe customresourcedefinition ${definitionName(kind)}`;
      throw new CompassError('TimedOut', `the cluster does not serve ${kind.kind} after a minute`, { next });
    }
    await clock.sleep(200, signal);
  }
}
