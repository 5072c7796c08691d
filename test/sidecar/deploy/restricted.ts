/** The parts of a Pod's spec that the restricted policy is about. */
export interface PodSpec {
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly securityContext?: SecurityContext;
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly ephemeralContainers?: readonly Container[];
}

export interface SecurityContext {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly procMount?: string;
  readonly seccompProfile?: { readonly type: string };
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly sysctls?: readonly { readonly name: string }[];
  readonly seLinuxOptions?: Readonly<Record<string, string>>;
  readonly windowsOptions?: { readonly hostProcess?: boolean };
}

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly ports?: readonly { readonly hostPort?: number }[];
  readonly securityContext?: SecurityContext;
}

const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const SECCOMP = ['RuntimeDefault', 'Localhost'];

/** What of a Pod the restricted Pod Security Standard (Kubernetes, "Pod Security Standards") would refuse, in words. */
export function restrictedViolations(spec: PodSpec): string[] {
  const containers = [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])];
  return [...podViolations(spec), ...containers.flatMap((container) => containerViolations(container, spec))];
}

function podViolations({ hostNetwork, hostPID, hostIPC, volumes = [], securityContext = {} }: PodSpec): string[] {
  const kinds = volumes.flatMap((volume) => Object.keys(volume).filter((key) => key !== 'name'));
  return [
    ...(hostNetwork || hostPID || hostIPC ? ['host namespaces'] : []),
    ...kinds.filter((kind) => !VOLUMES.includes(kind)).map((kind) => `volume of kind ${kind}`),
    ...(securityContext.sysctls?.length ? ['sysctls'] : []),
    ...(securityContext.runAsUser === 0 ? ['runs as user 0'] : []),
  ];
}

function containerViolations({ name, ports = [], securityContext: own = {} }: Container, pod: PodSpec): string[] {
  const merged = { ...pod.securityContext, ...own };
  const { add = [], drop = [] } = own.capabilities ?? {};
  const rules: readonly [boolean, string][] = [
    [merged.runAsNonRoot === true, 'runAsNonRoot is not true'],
    [merged.runAsUser !== 0, 'runs as user 0'],
    [own.allowPrivilegeEscalation === false, 'allowPrivilegeEscalation is not false'],
    [own.privileged !== true, 'privileged'],
    [drop.includes('ALL'), 'does not drop ALL capabilities'],
    [add.every((capability) => capability === 'NET_BIND_SERVICE'), `adds capabilities ${add.join(', ')}`],
    [SECCOMP.includes(merged.seccompProfile?.type ?? ''), 'no seccomp profile'],
    [(own.procMount ?? 'Default') === 'Default', 'procMount'],
    [ports.every(({ hostPort }) => !hostPort), 'hostPort'],
    [!(merged.seLinuxOptions?.['user'] || merged.seLinuxOptions?.['role']), 'seLinuxOptions'],
    [merged.windowsOptions?.hostProcess !== true, 'hostProcess'],
  ];
  return rules.filter(([isGood]) => !isGood).map(([, problem]) => `container ${name}: ${problem}`);
}
