import type { InjectionRecord } from './annotation.ts';
import { INJECTED_ANNOTATION, writeRecord } from './annotation.ts';
import { refuseCollisions } from './collisions.ts';
import { choosePlace } from './place.ts';
import type { InjectionSettings } from './settings.ts';
import { SIDECAR_USER, sidecarContainer } from './sidecar-container.ts';
import { CONTAINER_NAME, nameOf, recordsAt, serviceAccountOf, type Template, valueAt } from './template.ts';
import { CREDENTIALS_VOLUME, sidecarVolumes } from './volumes.ts';

/** Something that comes into a mapping or a list of a template, which is made where it is missing. */
export type Addition = {
  /** Keys, and names of items, from the template to the mapping or list. */
  readonly path: readonly string[];
} & (
  | { readonly entries: Readonly<Record<string, unknown>> }
  | { readonly items: readonly object[]; readonly at: 'start' | 'end' }
);

/** What makes an injected template of one that is not. */
export interface InjectionPlan {
  readonly additions: readonly Addition[];
  readonly record: InjectionRecord;
  /** What a person should know of it: what else was set, and what follows. */
  readonly notes: readonly string[];
}

/**
 * What has to be added to a template that has no sidecar. `was` says how a null is written where something comes in its
 * place. Throws ConfigurationBlocked where a name, path or port is taken already.
 */
export function planInjection(
  template: Template,
  settings: InjectionSettings,
  was: (path: readonly string[]) => string | undefined = () => undefined,
): InjectionPlan {
  const place = choosePlace(template, settings);
  refuseCollisions(template, settings, place.healthPort);
  const sets = podFields(template, settings);
  const list = settings.native ? 'initContainers' : 'containers';
  const additions: readonly Addition[] = [
    ...fieldAdditions(sets),
    { path: ['spec', list], items: [sidecarContainer(settings, place)], at: settings.native ? 'start' : 'end' },
    ...mounts(template, settings),
    { path: ['spec', 'volumes'], items: sidecarVolumes(settings), at: 'end' },
  ];
  const annotations = { path: ['metadata', 'annotations'], entries: {} };
  const wanted = [annotations, ...additions].map(({ path }) => path);
  const record: InjectionRecord = {
    version: settings.version,
    mode: settings.mode,
    native: settings.native,
    secret: `${settings.secret.namespace}/${settings.secret.name}`,
    account: serviceAccountOf(template),
    ...(settings.mode === 'full' ? { integrationNamespace: settings.integrationNamespace } : {}),
    sets,
    made: [...new Set(wanted.flatMap((path) => missingAlong(template, path)))],
    was: Object.fromEntries(wanted.flatMap((path) => literalAlong(template, path, was))),
  };
  const annotation = { ...annotations, entries: { [INJECTED_ANNOTATION]: writeRecord(record) } };
  return {
    additions: [annotation, ...additions],
    record,
    notes: [...place.notes, ...notesOf(template, sets, settings)],
  };
}

/** Every part of a path that there is nothing at. */
function missingAlong(template: Template, path: readonly string[]): readonly string[] {
  const parts = path.map((_, i) => path.slice(0, i + 1));
  return parts.filter((part) => valueAt(template, part) === undefined).map((part) => part.join('/'));
}

/** The null on a path, where it is written out. */
function literalAlong(
  template: Template,
  path: readonly string[],
  was: (path: readonly string[]) => string | undefined,
): readonly (readonly [string, string])[] {
  const parts = path.map((_, i) => path.slice(0, i + 1));
  const part = parts.find((one) => valueAt(template, one) === null);
  const literal = part && was(part);
  return part && literal !== undefined ? [[part.join('/'), literal]] : [];
}

/** Fields of the Pod that have to be set, and are not, by `/` below the template. */
function podFields(template: Template, { fileMode, notifySignal }: InjectionSettings): Record<string, unknown> {
  const has = (path: string) => (valueAt(template, path.split('/')) ?? null) !== null;
  return {
    ...(notifySignal !== undefined && !has(SHARED) ? { [SHARED]: true } : {}),
    ...(fileMode === undefined && !has(FS_GROUP) ? { [FS_GROUP]: SIDECAR_USER } : {}),
  };
}

const SHARED = 'spec/shareProcessNamespace';
const FS_GROUP = 'spec/securityContext/fsGroup';

function fieldAdditions(sets: Readonly<Record<string, unknown>>): readonly Addition[] {
  return Object.entries(sets).map(([field, value]) => {
    const path = field.split('/');
    return { path: path.slice(0, -1), entries: { [path.at(-1) ?? '']: value } };
  });
}

function mounts(template: Template, { native, folder, containers }: InjectionSettings): readonly Addition[] {
  // Init containers run before a container that is none.
  const lists = native ? ['initContainers', 'containers'] : ['containers'];
  const item = { name: CREDENTIALS_VOLUME, mountPath: folder, readOnly: true };
  return lists.flatMap((list) =>
    recordsAt(template, ['spec', list])
      .map(nameOf)
      .filter((name) => name !== CONTAINER_NAME && (containers.length === 0 || containers.includes(name)))
      .map((name): Addition => ({ path: ['spec', list, name, 'volumeMounts'], items: [item], at: 'end' })),
  );
}

function notesOf(
  template: Template,
  sets: Readonly<Record<string, unknown>>,
  { fileMode }: InjectionSettings,
): readonly string[] {
  const hasGroup = (valueAt(template, FS_GROUP.split('/')) ?? null) !== null;
  const readable = hasGroup ? /^0?4(?:4.|.4)$/ : /^0?4.4$/;
  return [
    ...(FS_GROUP in sets
      ? [
          `fsGroup of the Pod is set to ${SIDECAR_USER}, so that its containers may read the files; --file-mode does without`,
        ]
      : []),
    ...(fileMode !== undefined && !readable.test(fileMode)
      ? [`files of mode ${fileMode} are read by no other user: containers that run as another one cannot`]
      : []),
    ...(SHARED in sets ? ['shareProcessNamespace is set: the containers of the Pod see each other’s processes'] : []),
  ];
}
