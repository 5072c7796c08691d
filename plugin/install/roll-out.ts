import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import type { DryRun } from '../dry-run.ts';
import { confirm } from '../output/confirm.ts';
import { holdsCredentials, PROXY_ADDRESSES } from '../output/without-credentials.ts';
import { type AppliedObject, applyObjects } from './apply.ts';
import { applyDefinition } from './apply-definition.ts';
import { type DefinitionPlan, fetchDefinitions, planDefinition } from './definitions.ts';
import { DEPLOYMENT_NAME, findInstallation, type Installation } from './installed.ts';
import { installationObjects } from './manifests.ts';
import { type RollOutOptions, readRollOutOptions } from './options.ts';
import { withoutForeignNamespace } from './own-namespace.ts';
import { findProblems, requireNoProblems } from './preflight.ts';
import { previewObjects } from './preview.ts';
import type { Rollout } from './rollout.ts';
import { refuseDowngrade, targetValues } from './target-values.ts';
import type { InstallationValues } from './values.ts';
import { waitUntilReady } from './wait-ready.ts';

/** What came of an installation or an upgrade, or in a dry run would. */
export interface RollOutResult {
  readonly dryRun: DryRun;
  readonly values: InstallationValues;
  /** The version that was there; undefined where there was none, or it is not known. */
  readonly previous: string | undefined;
  readonly wasInstalled: boolean;
  readonly definitions: readonly DefinitionPlan[];
  readonly objects: readonly AppliedObject[];
  /** Undefined where it was not waited for. */
  readonly rollout: Rollout | undefined;
  readonly elapsedMs: number;
}

/**
 * Makes a cluster have the sidecar of this version: looks for what is missing, has the server check every object, and only
 * then writes; waits until it runs. `upgrade` takes an installation that is there, `install` also makes one. Throws
 * NotInstalled for an upgrade of nothing, what requireNoProblems and refuseDowngrade throw, ConfirmationRequired, TimedOut,
 * Interrupted, and whatever the cluster throws.
 */
export async function rollOut(invocation: Invocation, command: 'install' | 'upgrade'): Promise<RollOutResult> {
  const { clock, progress } = invocation;
  const options = readRollOutOptions(invocation);
  const startedMs = clock.monotonicMs();
  const { cluster } = await invocation.connect();
  const installation = await findInstallation(cluster, options.namespace);
  if (command === 'upgrade' && !installation) throw notInstalled(options.namespace);
  const values = targetValues(installation, options);
  refuseDowngrade(installation, options.allowsDowngrade, command);
  const facts = await fetchDefinitions(cluster);
  const definitions = facts.map((one) => planDefinition(one, options.crds));
  const objects = await withoutForeignNamespace(cluster, installationObjects(values));
  requireNoProblems(await findProblems(cluster, { values, objects, definitions }), progress);
  warnOfPasswords(invocation, values);
  const force = options.forcesConflicts;
  const preview = await previewObjects(cluster, objects, { dryRun: options.dryRun, force });
  const done =
    options.dryRun === 'none'
      ? await carryOut(invocation, cluster, { definitions, preview, options, installation, values })
      : { objects: preview, rollout: undefined };
  return {
    ...done,
    dryRun: options.dryRun,
    values,
    previous: installation?.version,
    wasInstalled: installation !== undefined,
    definitions,
    elapsedMs: clock.monotonicMs() - startedMs,
  };
}

/** A Deployment is read by more people than a Secret. */
function warnOfPasswords({ hint }: Invocation, { namespace, settings }: InstallationValues): void {
  for (const name of PROXY_ADDRESSES.filter((proxy) => holdsCredentials(settings[proxy] ?? ''))) {
    const instead = `kubectl -n ${namespace} set env deployment/${DEPLOYMENT_NAME} --from=secret/NAME`;
    hint(`warning: ${name} holds a password, which whoever may read the Deployment sees; from a Secret: ${instead}`);
  }
}

interface Undertaking {
  readonly definitions: readonly DefinitionPlan[];
  readonly preview: readonly AppliedObject[];
  readonly options: RollOutOptions;
  readonly installation: Installation | undefined;
  readonly values: InstallationValues;
}

async function carryOut(
  invocation: Invocation,
  cluster: Cluster,
  { definitions, preview, options, installation, values }: Undertaking,
): Promise<Pick<RollOutResult, 'objects' | 'rollout'>> {
  const { clock, interrupted: signal, progress } = invocation;
  const losses = definitions.flatMap((definition) => definition.losses);
  if (losses.length > 0) await confirm(invocation, `--crds=replace: ${losses.join('; ')}. Go on?`);
  for (const definition of definitions) {
    const { action, ours } = definition;
    if (action === 'created' || action === 'replaced') progress.busy('definitions', ours.metadata.name);
    await applyDefinition(cluster, definition, { dryRun: 'none', clock, signal });
    progress.step('ok', 'definitions', `${ours.metadata.name} ${action}`);
  }
  progress.busy('apply', `${preview.length} objects`);
  const objects = await applyObjects(
    cluster,
    preview.map(({ desired }) => desired),
    {
      dryRun: 'none',
      force: options.forcesConflicts,
      signal,
    },
  );
  const changed = objects.filter(({ action }) => action !== 'unchanged').length;
  progress.step('ok', 'apply', `${changed} of ${objects.length} objects changed`);
  if (!options.isWaitedFor) return { objects, rollout: undefined };
  const rollout = await waitUntilReady(
    invocation,
    cluster,
    { namespace: values.namespace, name: DEPLOYMENT_NAME },
    { timeoutMs: options.timeoutMs, goal: installation?.isConnected ? 'ready' : 'started' },
  );
  progress.step('ok', 'rollout', rollout.text);
  return { objects, rollout };
}

function notInstalled(namespace: string | undefined): CompassError {
  const where = namespace === undefined ? 'in this cluster' : `in namespace ${namespace}`;
  return new CompassError('NotInstalled', `there is no sidecar ${where} to upgrade`, {
    next: 'kubectl compass install',
  });
}
