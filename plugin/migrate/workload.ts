import type { KubeObject } from '#common/cluster/objects.ts';

/** A variable of a container, as much as is read of it. */
export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly configMapKeyRef?: { readonly name?: string; readonly key?: string };
    readonly secretKeyRef?: { readonly name?: string; readonly key?: string };
    readonly fieldRef?: object;
    readonly resourceFieldRef?: object;
  };
}

/** All variables of a ConfigMap or a Secret at once. */
export interface EnvFrom {
  readonly prefix?: string;
  readonly configMapRef?: { readonly name?: string };
  readonly secretRef?: { readonly name?: string };
}

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly args?: readonly string[];
  readonly env?: readonly EnvVar[];
  readonly envFrom?: readonly EnvFrom[];
  readonly resources?: { readonly limits?: object; readonly requests?: object };
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath?: string }[];
}

export interface PodSpec {
  readonly containers?: readonly Container[];
  readonly imagePullSecrets?: readonly object[];
  readonly nodeSelector?: object;
  readonly tolerations?: readonly object[];
  readonly affinity?: object;
  readonly hostAliases?: readonly object[];
  readonly priorityClassName?: string;
}

/** A Deployment (apps/v1), as much as is read of it. */
export interface Deployment extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template?: { readonly spec?: PodSpec };
  };
  readonly status?: {
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly observedGeneration?: number;
  };
}

/** What a Deployment is to have; one that says nothing has one, by the API's default. */
export function wantedReplicas({ spec }: Pick<Deployment, 'spec'>): number {
  return spec?.replicas ?? 1;
}

/** Whether anything of it runs, or is to run: Pods that end count, because they finish what is under way. */
export function isUp(deployment: Deployment | undefined): boolean {
  return deployment !== undefined && (wantedReplicas(deployment) > 0 || (deployment.status?.replicas ?? 0) > 0);
}

/** What its Pods are found by, as a label selector; undefined where it says none, which no server takes. */
export function podSelector({ spec }: Pick<Deployment, 'spec'>): string | undefined {
  const labels = Object.entries(spec?.selector?.matchLabels ?? {});
  return labels.length === 0 ? undefined : labels.map(([key, value]) => `${key}=${value}`).join(',');
}

/** `namespace/name`. */
export function placeOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
