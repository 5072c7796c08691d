import { CompassError } from '#common/errors.ts';
import { DEFAULT_CONNECTION_NAME } from '#common/resources/names.ts';
import { VERSION } from '#common/version.ts';
import type { Invocation } from '../command.ts';
import { defaultPlaces } from '../connection/find.ts';
import { DEFAULT_NAMESPACE } from '../connection/reports.ts';
import { sidecarNamespace } from '../kubeconfig/flags.ts';
import { bindingObjects } from './bindings.ts';
import { DEFAULT_IMAGE } from './live/installed.ts';
import { warningsOf } from './live/warnings.ts';
import { type ChangedText, ejectText, injectText } from './manifest/change-text.ts';
import { type Manifest, readManifests } from './manifest/read-manifests.ts';
import { type ManifestWorkload, workloadName } from './manifest/workloads.ts';
import { readOptions } from './options.ts';
import { type ChangedObject, EJECT_DOCUMENT_KIND, INJECT_DOCUMENT_KIND, type InjectionResult } from './result.ts';
import type { InjectionSettings } from './settings.ts';
import { serviceAccountOf } from './template.ts';

/** Puts a sidecar into every workload of the manifests. No cluster is asked. Throws Usage, ConfigurationBlocked. */
export async function injectManifests(invocation: Invocation, files: readonly string[]): Promise<InjectionResult> {
  const { flags } = invocation;
  const settings = manifestSettings(invocation);
  const bindingsFor = flags.isOn('bindings')
    ? (workload: ManifestWorkload) => bindingObjects(settings, accountOf(invocation, workload))
    : undefined;
  const manifests = await readManifests(invocation, files);
  if (bindingsFor) for (const manifest of manifests) requireYaml(manifest);
  const changed = manifests.map(({ text, name }) => injectText(text, name, settings, bindingsFor));
  const found = changed.flatMap(({ workloads }) => workloads);
  const objects = found.flatMap(({ workload }) => bindingsFor?.(workload) ?? []);
  return {
    kind: INJECT_DOCUMENT_KIND,
    manifest: join(changed),
    workloads: changed.flatMap((one, i) => describe(one, manifests[i], 'injected')),
    sidecar: settings,
    rights: objects.map(({ kind, metadata }) => ({
      name: `${kind.toLowerCase()}/${metadata.name}`,
      namespace: metadata.namespace,
      action: 'printed',
    })),
    notes: [
      ...new Set(found.flatMap(({ notes }) => notes)),
      ...(bindingsFor ? [] : rightsNote(settings, found.length)),
    ],
    warnings: [...new Set(found.flatMap(({ workload }) => manifestWarnings(invocation, settings, workload)))],
    dryRun: 'none',
  };
}

/** Takes the sidecar out of every workload of the manifests, which are then byte for byte what they were. */
export async function ejectManifests(invocation: Invocation, files: readonly string[]): Promise<InjectionResult> {
  const manifests = await readManifests(invocation, files);
  const changed = manifests.map(({ text, name }) => ejectText(text, name));
  return {
    kind: EJECT_DOCUMENT_KIND,
    manifest: join(changed),
    workloads: changed.flatMap((one, i) => describe(one, manifests[i], 'ejected')),
    ...{ rights: [], notes: [], warnings: [], dryRun: 'none' },
  };
}

function manifestSettings({ flags, env }: Invocation): InjectionSettings {
  const options = readOptions(flags);
  const places = defaultPlaces(sidecarNamespace(flags, env) ?? DEFAULT_NAMESPACE);
  return {
    ...options,
    version: VERSION,
    // Which server it goes to is not known, and a container is good for all of them.
    native: options.native === 'always',
    image: options.image ?? DEFAULT_IMAGE,
    connection: DEFAULT_CONNECTION_NAME,
    secret: options.secret ?? places.client,
    configuration: places.configuration,
    integrationNamespace: places.integrationNamespace,
  };
}

function accountOf({ flags }: Invocation, workload: ManifestWorkload) {
  const namespace = flags.text('workload-namespace') ?? workload.namespace;
  if (namespace !== undefined) return { namespace, name: serviceAccountOf(workload.template) };
  const message = `${workloadName(workload)} has no namespace, which its RoleBinding has to name`;
  throw new CompassError('Usage', `${message}: say --workload-namespace, or leave --bindings out`);
}

function requireYaml({ name, text }: Manifest): void {
  if (!/^\s*[{[]/.test(text)) return;
  throw new CompassError('Usage', `${name} is JSON, behind which no other document may stand: leave --bindings out`);
}

function manifestWarnings(
  { flags }: Invocation,
  settings: InjectionSettings,
  { namespace, template }: ManifestWorkload,
) {
  const account = {
    namespace: flags.text('workload-namespace') ?? namespace,
    name: serviceAccountOf(template),
  };
  return warningsOf(settings, account, template, { environment: {}, proxiesElsewhere: [] });
}

function rightsNote({ mode }: InjectionSettings, count: number): readonly string[] {
  if (count === 0) return [];
  const what = mode === 'full' ? 'bindings to the roles of the installed sidecar' : 'a Role and a RoleBinding';
  return [`its ServiceAccount needs ${what}: --bindings prints them as well, and inject TYPE/NAME makes them`];
}

function describe(
  { workloads, text }: ChangedText,
  manifest: Manifest | undefined,
  action: 'injected' | 'ejected',
): readonly ChangedObject[] {
  const isSame = text === manifest?.text;
  return workloads.map(({ workload: { kind, name, namespace }, hadSidecar }) => ({
    ...{ kind, name, namespace },
    action:
      isSame || (action === 'ejected' && !hadSidecar)
        ? 'unchanged'
        : hadSidecar && action === 'injected'
          ? 'updated'
          : action,
  }));
}

/** One stream of documents; what is one file stays as it is. */
function join(changed: readonly ChangedText[]): string {
  return changed.reduce((joined, { text }) => {
    if (joined === '') return text;
    const ended = joined.endsWith('\n') ? joined : `${joined}\n`;
    return /^---/.test(text) ? ended + text : `${ended}---\n${text}`;
  }, '');
}
