import type { Cluster } from '#common/cluster/cluster.ts';
import { DEPLOYMENT } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { purgeApplications } from '#common/sync/purge.ts';
import type { Invocation } from '../command.ts';
import { requireRights } from '../connect/rights.ts';
import { DEFAULT_NAMESPACE } from '../connection/reports.ts';
import type { MissingRight } from '../connection/right.ts';
import type { DryRun } from '../dry-run.ts';
import { findInstallation, type Installation } from '../install/installed.ts';
import { DEFAULT_VALUES, type InstallationValues } from '../install/values.ts';
import { confirm } from '../output/confirm.ts';
import { type Belonging, findBelongings } from './belongings.ts';
import { type DefinitionRemoval, removeDefinitions } from './definitions.ts';
import { readUninstallOptions, type UninstallOptions } from './options.ts';
import { remove } from './remove.ts';
import { askToRevoke } from './revoke.ts';
import { scaleDown } from './scale-down.ts';
import { describeUninstallation } from './undertaking.ts';

/** What came of it, or in a dry run would. */
export interface UninstallResult {
  readonly namespace: string;
  readonly connection: string;
  readonly dryRun: DryRun;
  readonly wasInstalled: boolean;
  /** What is done, or would be, one thing a line. */
  readonly plan: readonly string[];
  readonly removed: readonly Belonging[];
  readonly kept: readonly Belonging[];
  /** Names; undefined where it was not asked for. */
  readonly applications: readonly string[] | undefined;
  readonly definitions: readonly DefinitionRemoval[];
  readonly revocation: string | undefined;
}

/**
 * Takes the sidecar out of a cluster: revokes if asked, stops the sidecar and waits for its end, purges the Applications if
 * asked, and removes what belongs to it. What was removed before is no matter. Throws RequestRefused for somebody else's
 * Deployment, ConfirmationRequired, ClusterForbidden,
 * what the revocation throws (nothing was changed then), TimedOut, Interrupted, and whatever the cluster throws: called
 * again, it goes on.
 */
export async function uninstall(invocation: Invocation): Promise<UninstallResult> {
  const options = readUninstallOptions(invocation);
  const { cluster } = await invocation.connect();
  const installation = await findInstallation(cluster, options.namespace);
  const values = installation?.values ?? { ...DEFAULT_VALUES, namespace: options.namespace ?? DEFAULT_NAMESPACE };
  const belongings = await findBelongings(cluster, values, options);
  if (installation) refuseForeign(belongings);
  const going = belongings.filter(({ keptBecause }) => keptBecause === undefined);
  const plan = describeUninstallation({ installation, values, going, options });
  const isNothing = plan.length === 0;
  if (!isNothing) await requireRights(cluster, rightsFor(going, values, options));
  if (!isNothing && options.dryRun === 'none') await confirm(invocation, `${plan.join('; ')}. Go on?`);
  const done = await carryOut(invocation, cluster, { options, installation, values, going });
  return {
    namespace: values.namespace,
    connection: values.connectionName,
    dryRun: options.dryRun,
    wasInstalled: installation !== undefined,
    plan,
    kept: belongings.filter(({ keptBecause }) => keptBecause !== undefined),
    ...done,
  };
}

/** Throws RequestRefused for a Deployment of somebody else that is called alike: it is not ours to stop, nor what it may use. */
function refuseForeign(belongings: readonly Belonging[]): void {
  const foreign = belongings.find(({ ref, keptBecause }) => ref.kind === DEPLOYMENT && keptBecause !== undefined);
  if (!foreign) return;
  const { namespace, name } = foreign.ref;
  const message = `the Deployment ${namespace}/${name} is not of this plugin, nor of sidecar/deploy: ${foreign.keptBecause}; nothing was changed`;
  throw new CompassError('RequestRefused', message, {
    next: `kubectl -n ${namespace} get deployment ${name} --show-managed-fields -o yaml`,
  });
}

interface Undertaking {
  readonly options: UninstallOptions;
  readonly installation: Installation | undefined;
  readonly values: InstallationValues;
  readonly going: readonly Belonging[];
}

async function carryOut(
  invocation: Invocation,
  cluster: Cluster,
  { options, installation, values, going }: Undertaking,
): Promise<Pick<UninstallResult, 'removed' | 'applications' | 'definitions' | 'revocation'>> {
  const { interrupted: signal, progress } = invocation;
  const { dryRun, timeoutMs } = options;
  const isReal = dryRun === 'none';
  const revocation = options.revoke
    ? await askToRevoke(invocation, cluster, { installation, values, dryRun, timeoutMs })
    : undefined;
  if (installation && isReal) await scaleDown(invocation, cluster, { namespace: values.namespace, timeoutMs });
  const applications = options.purgeApplications && isReal ? await purge(invocation, cluster, values) : undefined;
  const removed: Belonging[] = [];
  if (going.length > 0) progress.busy('remove', `${going.length} objects`);
  for (const belonging of going) {
    if (await remove(cluster, belonging, { dryRun, signal })) removed.push(belonging);
  }
  const definitions = options.deleteCrds ? await removeDefinitions(cluster, { dryRun, signal }) : [];
  if (removed.length > 0 && isReal) progress.step('ok', 'remove', `${removed.length} objects`);
  return { removed, applications, definitions, revocation };
}

/** With one's own rights, since the sidecar is not there any more. */
async function purge(
  { clock, interrupted, progress }: Invocation,
  cluster: Cluster,
  { connectionName, integrationNamespace }: InstallationValues,
): Promise<readonly string[]> {
  progress.busy('applications', `those that ${connectionName} keeps are deleted`);
  const place = { connectionName, integrationNamespace };
  const { deleted, remaining, error } = await purgeApplications({ cluster, clock, place, signal: interrupted });
  if (error && remaining > 0) {
    const message = `${remaining} Applications are left: ${error.message}; the sidecar is scaled to 0, and nothing else was removed`;
    throw new CompassError(error.reason, message, {
      cause: error,
      next: 'kubectl compass uninstall --purge-applications',
    });
  }
  progress.step('ok', 'applications', `${deleted.length} deleted`);
  return deleted;
}

/** Every right that it takes, so that nothing ends half-way for want of one. */
function rightsFor(
  going: readonly Belonging[],
  { namespace, integrationNamespace }: InstallationValues,
  { purgeApplications: purges }: UninstallOptions,
): readonly MissingRight[] {
  const rights = going.map(({ ref: { kind, namespace: where }, keys }): MissingRight => {
    const group = kind.apiVersion.includes('/') ? `.${kind.apiVersion.split('/')[0]}` : '';
    const verb = keys ? 'patch' : 'delete';
    return { verb, resource: `${kind.plural}${group}`, ...(where === undefined ? {} : { namespace: where }) };
  });
  const applications = 'applications.applicationconnector.kyma-project.io';
  const more: readonly MissingRight[] = [
    { verb: 'patch', resource: 'deployments.apps', namespace },
    ...(purges
      ? [
          { verb: 'delete', resource: applications },
          { verb: 'delete', resource: 'secrets', namespace: integrationNamespace },
        ]
      : []),
  ];
  return [...new Map([...more, ...rights].map((right) => [JSON.stringify(right), right])).values()];
}
