import type { KubeObject, ObjectMeta } from '#common/cluster/objects.ts';

/** Another place that the value of a variable is in. */
export interface ValueSource {
  readonly fieldRef?: { readonly fieldPath: string };
  readonly secretKeyRef?: KeySelector;
  readonly configMapKeyRef?: KeySelector;
}

export interface KeySelector {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: ValueSource;
}

interface Optional {
  readonly name: string;
  readonly optional?: boolean;
}

export interface Probe {
  readonly httpGet?: { readonly path?: string; readonly port: number | string };
  readonly tcpSocket?: { readonly port: number | string };
  readonly exec?: { readonly command: readonly string[] };
  readonly periodSeconds?: number;
  readonly failureThreshold?: number;
  readonly timeoutSeconds?: number;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly Variable[];
  readonly envFrom?: readonly {
    readonly prefix?: string;
    readonly secretRef?: Optional;
    readonly configMapRef?: Optional;
  }[];
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly subPath?: string }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly terminationMessagePolicy?: string;
  /** Of init containers: `Always` makes it a native sidecar. */
  readonly restartPolicy?: string;
}

interface Items {
  readonly items?: readonly { readonly key: string; readonly path: string }[];
  readonly optional?: boolean;
}

type SecretFiles = Items & { readonly secretName: string };
type ConfigMapFiles = Items & { readonly name: string };
interface FieldFiles {
  readonly items?: readonly { readonly path: string; readonly fieldRef?: { readonly fieldPath: string } }[];
}

export interface ProjectedSource {
  readonly secret?: ConfigMapFiles;
  readonly configMap?: ConfigMapFiles;
  readonly downwardAPI?: FieldFiles;
  readonly serviceAccountToken?: { readonly path: string; readonly audience?: string };
}

export interface Volume {
  readonly name: string;
  readonly emptyDir?: { readonly medium?: string };
  readonly secret?: SecretFiles;
  readonly configMap?: ConfigMapFiles;
  readonly downwardAPI?: FieldFiles;
  readonly projected?: { readonly sources?: readonly ProjectedSource[] };
  readonly persistentVolumeClaim?: { readonly claimName: string };
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly nodeName?: string;
  readonly hostname?: string;
  readonly restartPolicy?: string;
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext?: { readonly fsGroup?: number };
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly lastUpdateTime?: string;
}

/** A Pod (v1), as much as a kubelet and the controllers read. */
export interface Pod extends KubeObject {
  readonly metadata: ObjectMeta & { readonly deletionGracePeriodSeconds?: number };
  readonly spec: PodSpec;
  readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] };
}

export interface PodTemplate {
  readonly metadata?: Partial<ObjectMeta>;
  readonly spec: PodSpec;
}

/** A Deployment, StatefulSet or DaemonSet (apps/v1), as much as its controller reads. */
export interface Workload extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly paused?: boolean;
    readonly minReadySeconds?: number;
    readonly progressDeadlineSeconds?: number;
    readonly serviceName?: string;
    readonly podManagementPolicy?: string;
    readonly selector: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template: PodTemplate;
    readonly strategy?: RolloutStrategy;
    readonly updateStrategy?: RolloutStrategy;
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
  readonly status?: { readonly conditions?: readonly Condition[] } & Readonly<Record<string, unknown>>;
}

export interface RolloutStrategy {
  readonly type?: string;
  readonly rollingUpdate?: {
    readonly maxSurge?: number | string;
    readonly maxUnavailable?: number | string;
    readonly partition?: number;
  };
}
