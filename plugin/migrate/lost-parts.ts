import type { Container, PodSpec } from './workload.ts';

const CA_BUNDLE = 'where it is a CA of Compass, mount it into the sidecar and name its file in APP_COMPASS_CA_BUNDLE';

/** What the agent's Pods have beside their settings, and the sidecar's will not: one text each. */
export function lostParts(pod: PodSpec | undefined, container: Container): readonly string[] {
  const {
    nodeSelector,
    tolerations = [],
    affinity,
    imagePullSecrets = [],
    hostAliases = [],
    priorityClassName,
  } = pod ?? {};
  const flags = (container.args ?? []).filter((arg) => arg.startsWith('-'));
  const mounts = (container.volumeMounts ?? []).filter(
    ({ mountPath = '' }) => !mountPath.startsWith('/var/run/secrets/'),
  );
  const others = (pod?.containers ?? []).filter(({ name }) => name !== container.name);
  const found: readonly (readonly [isThere: boolean, text: string])[] = [
    [
      flags.length > 0,
      `arguments: ${flags.map((flag) => flag.split('=', 1)[0]).join(' ')} (the sidecar takes settings alone)`,
    ],
    [mounts.length > 0, `volumes at ${mounts.map(({ mountPath }) => mountPath).join(', ')} (${CA_BUNDLE})`],
    [Object.keys(nodeSelector ?? {}).length > 0, 'nodeSelector'],
    [tolerations.length > 0, 'tolerations'],
    [Object.keys(affinity ?? {}).length > 0, 'affinity'],
    [hostAliases.length > 0, 'hostAliases'],
    [imagePullSecrets.length > 0, 'imagePullSecrets'],
    [priorityClassName !== undefined, `priorityClassName ${priorityClassName}`],
    [
      container.resources?.limits !== undefined || container.resources?.requests !== undefined,
      "resources (the sidecar's own are kept)",
    ],
    [others.length > 0, `containers beside it: ${others.map(({ name }) => name).join(', ')}`],
  ];
  return found.flatMap(([isThere, text]) => (isThere ? [text] : []));
}
