import { CompassError } from '#common/errors.ts';
import { declaredPorts } from './place.ts';
import type { InjectionSettings } from './settings.ts';
import { CONTAINER_NAME, nameOf, recordsAt, type Template, valueAt } from './template.ts';
import { VOLUME_NAMES } from './volumes.ts';

/** Throws ConfigurationBlocked where somebody else has a name, path or port that the sidecar needs, or forbids what it needs. */
export function refuseCollisions(template: Template, settings: InjectionSettings, healthPort: number): void {
  const obstacle = [...containerObstacles(template, settings), ...podObstacles(template, settings, healthPort)][0];
  if (obstacle !== undefined) throw new CompassError('ConfigurationBlocked', `${obstacle}; nothing was changed`);
}

function containerObstacles(template: Template, { folder, containers, native }: InjectionSettings): readonly string[] {
  const all = ['initContainers', 'containers'].flatMap((list) => recordsAt(template, ['spec', list]));
  const names = all.map(nameOf);
  const unknown = containers.find((name) => !names.includes(name));
  const early = recordsAt(template, ['spec', 'initContainers']).map(nameOf);
  const unserved = native ? undefined : containers.find((name) => early.includes(name));
  const covered = all.find((one) =>
    recordsAt(one, ['volumeMounts']).some((mount) => isWithin(mount['mountPath'], folder)),
  );
  return [
    ...(recordsAt(template, ['spec', 'containers']).length === 0 ? ['the Pod template has no containers'] : []),
    ...(names.includes(CONTAINER_NAME) ? [`there is a container ${CONTAINER_NAME} that inject did not add`] : []),
    ...(unknown === undefined ? [] : [`there is no container ${unknown}; there is ${names.join(', ')}`]),
    ...(unserved === undefined
      ? []
      : [`init container ${unserved} starts before the sidecar, unless that is native (--native=always)`]),
    ...(covered ? [`container ${nameOf(covered)} has something mounted at ${folder} already`] : []),
  ];
}

function isWithin(path: unknown, folder: string): boolean {
  return typeof path === 'string' && path.replace(/\/$/, '') === folder;
}

function podObstacles(
  template: Template,
  { proxyPort, notifySignal }: InjectionSettings,
  healthPort: number,
): readonly string[] {
  const volume = recordsAt(template, ['spec', 'volumes'])
    .map(nameOf)
    .find((name) => VOLUME_NAMES.includes(name));
  const ports = declaredPorts(template);
  const port = [proxyPort, healthPort].find((one) => one !== undefined && ports.includes(one));
  const isApart = valueAt(template, ['spec', 'shareProcessNamespace']) === false;
  return [
    ...(volume === undefined ? [] : [`there is a volume ${volume} that inject did not add`]),
    ...(port === undefined ? [] : [`a container of the Pod declares port ${port} already`]),
    ...(proxyPort !== undefined && proxyPort === healthPort ? [`port ${proxyPort} is asked for twice`] : []),
    ...(notifySignal !== undefined && isApart
      ? ['shareProcessNamespace is false, and --notify-signal needs it: use --notify-url']
      : []),
  ];
}
