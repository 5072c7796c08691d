import type { KubeObject } from '#common/cluster/objects.ts';

/** How a container ended. */
export interface Terminated {
  readonly reason?: string;
  readonly exitCode?: number;
  readonly finishedAt?: string;
  /** What it wrote for that, or the end of its log where its template says so. */
  readonly message?: string;
}

interface ContainerState {
  readonly running?: { readonly startedAt?: string };
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: Terminated;
}

export interface ContainerStatus {
  readonly name: string;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

/** A Pod (v1), as much as is read of it. */
export interface Pod extends KubeObject {
  readonly spec?: {
    readonly containers?: readonly { readonly name: string }[];
    readonly initContainers?: readonly { readonly name: string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

/** What the sidecar's container is called where it was put beside others; in a Pod of its own it is `sidecar`. */
const INJECTED = 'compass-sidecar';
const OWN = 'sidecar';

/** Whether a container of this name is the sidecar, as far as a name tells. */
export function isSidecarName(name: unknown): boolean {
  return name === INJECTED || name === OWN;
}

/** Whether a Pod of somebody else has the sidecar in it. */
export function isInjected({ spec }: Pod): boolean {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some(({ name }) => name === INJECTED);
}

/** The container that the sidecar runs in, by its name; the first one of a Pod that names none so. */
export function sidecarContainer(pod: Pod): string | undefined {
  if (isInjected(pod)) return INJECTED;
  const names = (pod.spec?.containers ?? []).map(({ name }) => name);
  return names.find((name) => name === OWN) ?? names[0];
}
