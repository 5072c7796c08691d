import type { KubeObject } from '#common/cluster/objects.ts';
import { isRecord, parseJson } from '#common/json.ts';
import type { ContainerStatus, Terminated } from '../connection/sidecar-pod.ts';

/** A Deployment (apps/v1), as much as says how far it has been rolled out. */
export interface RolledDeployment extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

interface RolledContainer extends ContainerStatus {
  readonly started?: boolean;
  readonly ready?: boolean;
}

/** A Pod with what its containers say of their start. */
export interface RolledPod extends KubeObject {
  readonly status?: {
    readonly containerStatuses?: readonly RolledContainer[];
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/**
 * What is waited for: `started`, all replicas are new ones and run, which is all that a sidecar without a connection comes
 * to; `ready`, they also have working credentials, or stand by for one that has.
 */
export type RolloutGoal = 'started' | 'ready';

export interface Rollout {
  readonly isDone: boolean;
  readonly replicas: number;
  readonly ready: number;
  readonly started: number;
  /** What it has come to, and why not further: `1 of 1 started, none ready`. */
  readonly text: string;
}

/** Judges how far a Deployment has been rolled out. `pods` are those of its selector. */
export function judgeRollout(
  deployment: RolledDeployment | undefined,
  pods: readonly RolledPod[],
  goal: RolloutGoal,
): Rollout {
  const replicas = deployment?.spec?.replicas ?? 1;
  const none = { isDone: false, replicas, ready: 0, started: 0 };
  if (!deployment) return { ...none, text: 'the Deployment is not there' };
  const { metadata, status = {} } = deployment;
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 1)) {
    return { ...none, text: 'nobody has looked at the Deployment yet' };
  }
  const present = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const ready = Math.min(replicas, status.readyReplicas ?? 0);
  const started = Math.max(ready, Math.min(replicas, present.filter(isStarted).length));
  const reached = goal === 'ready' ? ready : started;
  const replacing = replacement(deployment, replicas);
  const isDone = replacing === undefined && reached >= replicas;
  const text = replacing ?? `${reached} of ${replicas} ${goal}`;
  return { isDone, replicas, ready, started, text: isDone ? text : withTrouble(text, deployment, present) };
}

/** How far old Pods have been replaced by new ones; undefined when all of them are. */
function replacement({ status = {} }: RolledDeployment, replicas: number): string | undefined {
  const { updatedReplicas: updated = 0, replicas: total = 0 } = status;
  if (updated < replicas) return `${updated} of ${replicas} are new`;
  if (total <= updated) return undefined;
  return total - updated === 1 ? 'an old one is still there' : `${total - updated} old ones are still there`;
}

function isStarted({ status }: RolledPod): boolean {
  const containers = status?.containerStatuses ?? [];
  return containers.length > 0 && containers.every(({ started, ready }) => started === true || ready === true);
}

function withTrouble(text: string, { status }: RolledDeployment, pods: readonly RolledPod[]): string {
  const failure = status?.conditions?.find((one) => one.type === 'ReplicaFailure' && one.status === 'True')?.message;
  const trouble = failure ?? pods.map(troubleOf).find((one) => one !== undefined);
  return trouble === undefined ? text : `${text}: ${trouble}`;
}

/** Why a Pod does not run: it has no node, its image cannot be had, or it ends again and again. */
function troubleOf({ metadata, status }: RolledPod): string | undefined {
  const trouble = status?.containerStatuses?.map(troubleOfContainer).find((one) => one !== undefined);
  if (trouble !== undefined) return `Pod ${metadata.name}: ${trouble}`;
  const unscheduled = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  return unscheduled && `Pod ${metadata.name}: ${unscheduled.message ?? unscheduled.reason ?? 'not scheduled'}`;
}

function troubleOfContainer({ state, lastState, ready }: RolledContainer): string | undefined {
  const ended = howItEnded(lastState?.terminated);
  // Between two ends it runs for a moment, which is all that whoever looks just then would be told.
  if (state?.running && ready !== true) return ended && `restarted, ${ended}`;
  const { reason, message } = state?.waiting ?? {};
  if (reason === undefined || reason === 'ContainerCreating' || reason === 'PodInitializing') return undefined;
  // That it is started again says less than why it ended.
  const why = (reason === 'CrashLoopBackOff' ? ended : undefined) ?? message;
  return [reason, why].filter((part) => part !== undefined).join(', ');
}

/** The sidecar's last word, where the kubelet kept the end of its log; else `OOMKilled`, or the code that it ended with. */
function howItEnded({ reason, exitCode, message = '' }: Terminated = {}): string | undefined {
  const errors = message
    .split('\n')
    .map(parseJson)
    .filter((line) => isRecord(line) && line['level'] === 'error');
  const last = errors.at(-1);
  const said = isRecord(last) ? (last['error'] ?? last['msg']) : undefined;
  if (typeof said === 'string') return said;
  return reason === 'Error' && exitCode !== undefined ? `exit code ${exitCode}` : reason;
}
