import type { InjectionSettings } from './settings.ts';
import { type ContainerPlace, SIDECAR_USER } from './sidecar-container.ts';
import { recordsAt, type Template, valueAt } from './template.ts';

const FIRST_HEALTH_PORT = 8090;

/** Where the sidecar finds room in a Pod: a port that no container declares, and the user that may signal its neighbours. */
export function choosePlace(
  template: Template,
  { healthPort, notifySignal, proxyPort }: InjectionSettings,
): ContainerPlace & { readonly notes: readonly string[] } {
  const taken = new Set([...declaredPorts(template), ...(proxyPort === undefined ? [] : [proxyPort])]);
  const user = notifySignal === undefined ? undefined : userOf(template);
  const notes = [
    ...(notifySignal !== undefined && user === undefined
      ? [`the process to be signalled has to run as user ${SIDECAR_USER}, as the sidecar does: the Pod names no user`]
      : []),
    ...(valueAt(template, ['spec', 'hostNetwork']) === true
      ? ['the Pod uses the network of its node: the ports of the sidecar are ports of the node']
      : []),
  ];
  return { healthPort: healthPort ?? firstFree(taken), userId: user ?? SIDECAR_USER, notes };
}

function firstFree(taken: ReadonlySet<unknown>): number {
  let port = FIRST_HEALTH_PORT;
  while (taken.has(port)) port += 1;
  return port;
}

/** The ports that containers of a template declare. */
export function declaredPorts(template: Template): readonly unknown[] {
  const containers = ['initContainers', 'containers'].flatMap((list) => recordsAt(template, ['spec', list]));
  return containers.flatMap((container) => recordsAt(container, ['ports'])).map((port) => port['containerPort']);
}

/** The user that all containers run as unless they say otherwise; root is none, which the sidecar must not be. */
function userOf(template: Template): number | undefined {
  const user = valueAt(template, ['spec', 'securityContext', 'runAsUser']);
  return typeof user === 'number' && user > 0 ? user : undefined;
}
