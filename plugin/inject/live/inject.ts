import type { Cluster } from '#common/cluster/cluster.ts';
import { VERSION } from '#common/version.ts';
import type { Invocation } from '../../command.ts';
import { requireRights } from '../../connect/rights.ts';
import { findConnection } from '../../connection/find.ts';
import { type DryRun, dryRunNote } from '../../dry-run.ts';
import type { AppliedObject } from '../../install/apply.ts';
import { fullName } from '../../install/kinds.ts';
import { sidecarNamespace } from '../../kubeconfig/flags.ts';
import { planInjection } from '../additions.ts';
import type { InjectionRecord } from '../annotation.ts';
import type { Account } from '../bindings.ts';
import { type InjectionOptions, readOptions } from '../options.ts';
import { put } from '../put.ts';
import { planRemoval, remove } from '../removal.ts';
import type { InjectionSettings } from '../settings.ts';
import { recordIn, serviceAccountOf, type Template } from '../template.ts';
import { patchTemplate, withLatest } from './change-workload.ts';
import { grant, preflightGrant } from './grant.ts';
import { findInstalled, sharedEnvironment } from './installed.ts';
import type { Workload, WorkloadRef } from './kinds.ts';
import { chooseNative, nativeByVersion } from './native.ts';
import { covers, isSameTemplate } from './template-patch.ts';
import { type Ungranted, ungrant } from './ungrant.ts';
import { warningsOf } from './warnings.ts';

export interface InjectedWorkload {
  readonly action: 'injected' | 'updated' | 'unchanged';
  readonly settings: InjectionSettings;
  readonly account: Account;
  readonly workload: Workload;
  readonly bindings: readonly (AppliedObject | Ungranted)[];
  /** What else was done for it. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

interface Planned {
  readonly native: boolean;
  readonly settings: InjectionSettings;
  readonly template: Template;
  readonly notes: readonly string[];
  readonly previous: InjectionRecord | undefined;
  readonly isUnchanged: boolean;
}

/**
 * Puts a sidecar into a workload of the cluster, and gives its account the rights that it needs. All of it is tried out before
 * any of it is done. Throws what is in the way; then nothing was changed.
 */
export async function injectWorkload(
  invocation: Invocation,
  cluster: Cluster,
  ref: WorkloadRef,
  dryRun: DryRun,
): Promise<InjectedWorkload> {
  const { flags, env, progress } = invocation;
  const options = readOptions(flags);
  const place = { name: options.connection, namespace: sidecarNamespace(flags, env) };
  const { name: connection, namespace, places } = await findConnection(cluster, place);
  const { name, namespace: workloadNamespace, kind } = ref;
  const right = { resource: `${kind.plural}.apps`, namespace: workloadNamespace, name };
  await requireRights(cluster, [
    { verb: 'get', ...right },
    ...(dryRun === 'client' ? [] : [{ verb: 'patch', ...right }]),
  ]);
  const installed = await findInstalled(cluster, namespace);
  const settingsFor = (native: boolean): InjectionSettings => ({
    ...options,
    native,
    version: VERSION,
    connection,
    image: options.image ?? installed.image,
    secret: options.secret ?? places.client,
    configuration: places.configuration,
    integrationNamespace: places.integrationNamespace,
    environment: { ...sharedEnvironment(installed, options), ...options.environment },
  });
  const first = await withLatest(cluster, ref, (live) =>
    planLive(cluster, ref, live, { options, settingsFor, dryRun }),
  );
  const { settings } = first;
  const account = { namespace: workloadNamespace, name: serviceAccountOf(first.template) };
  if (dryRun !== 'client') await preflightGrant(cluster, settings, account);
  progress.step('ok', 'preflight', 'rights and the change of the template are good');
  const applied = await grant(cluster, settings, account, dryRun === 'server' ? 'client' : dryRun);
  for (const { object, action } of applied)
    progress.step('ok', 'rights', `${fullName(object)} ${action}${dryRunNote(dryRun)}`);
  const done = await withLatest(cluster, ref, async (workload) => {
    const planned = await planLive(cluster, ref, workload, { options, settingsFor, dryRun });
    if (planned.isUnchanged || dryRun !== 'none') return { planned, workload };
    return { planned, workload: await patchTemplate(cluster, ref, workload, planned.template, false) };
  });
  const { previous, isUnchanged, notes } = done.planned;
  return {
    action: isUnchanged ? 'unchanged' : previous ? 'updated' : 'injected',
    settings,
    account,
    workload: done.workload,
    bindings: [...applied, ...(await ungrantPrevious(cluster, { ref, settings, account, previous, dryRun }))],
    notes,
    warnings: warningsOf(settings, account, done.planned.template, installed),
  };
}

interface PlanOptions {
  readonly options: InjectionOptions;
  readonly settingsFor: (native: boolean) => InjectionSettings;
  readonly dryRun: DryRun;
}

/** What the workload is to be; the API server has checked it unless the dry run is the client's. */
async function planLive(
  cluster: Cluster,
  ref: WorkloadRef,
  live: Workload,
  { options, settingsFor, dryRun }: PlanOptions,
): Promise<Planned> {
  const { template } = live.spec;
  const previous = recordIn(template);
  const base = previous ? remove(template, planRemoval(template, previous)) : template;
  const planFor = (native: boolean) => {
    const settings = settingsFor(native);
    const { additions, notes } = planInjection(base, settings);
    return { native, settings, notes, template: put(base, additions), previous };
  };
  if (dryRun === 'client') {
    const planned = planFor(await nativeByVersion(cluster, options.native, previous?.native));
    return { ...planned, isUnchanged: covers(template, planned.template) };
  }
  const { native, served } = await chooseNative(options.native, async (candidate) => {
    const { spec } = await patchTemplate(cluster, ref, live, planFor(candidate).template, true);
    return spec.template;
  });
  return { ...planFor(native), isUnchanged: served !== undefined && isSameTemplate(served, template) };
}

interface PreviousRights {
  readonly ref: WorkloadRef;
  readonly settings: InjectionSettings;
  readonly account: Account;
  readonly previous: InjectionRecord | undefined;
  readonly dryRun: DryRun;
}

/** A reader that became a whole sidecar, reads another Secret, or runs as another account, leaves rights behind. */
async function ungrantPrevious(
  cluster: Cluster,
  { ref, settings, account, previous, dryRun }: PreviousRights,
): Promise<readonly Ungranted[]> {
  const { mode, secret } = settings;
  if (!previous) return [];
  const formerly = { ...account, name: previous.account ?? account.name };
  const isSameSecret = previous.secret === `${secret.namespace}/${secret.name}`;
  if (previous.mode === mode && isSameSecret && formerly.name === account.name) return [];
  return ungrant(cluster, { ref, record: previous, account: formerly, dryRun });
}
