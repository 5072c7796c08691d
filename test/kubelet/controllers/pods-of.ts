import { hash, randomBytes } from 'node:crypto';
import type { OwnerReference } from '#common/cluster/objects.ts';
import type { Pod, PodTemplate, Workload } from '../pod.ts';

/** What a controller wants done, and the status that the workload then has. */
export interface Plan {
  readonly create: readonly Pod[];
  readonly remove: readonly Pod[];
  readonly status: Readonly<Record<string, unknown>>;
}

/** What a controller looks at. */
export interface Situation {
  readonly workload: Workload;
  /** The Pods that it owns. */
  readonly pods: readonly Pod[];
  /** Why the last Pod could not be created; undefined where it could. */
  readonly failure: string | undefined;
  readonly nowMs: number;
}

/** The node that everything runs on. */
export const NODE_NAME = 'test-node';

export function isOwnedBy(pod: Pod, { metadata: { uid } }: Workload): boolean {
  return pod.metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.controller === true) ?? false;
}

export const isEnding = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;

function readySince({ status }: Pod): number | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' ? Date.parse(ready.lastTransitionTime ?? '') : undefined;
}

export const isReady = (pod: Pod): boolean => !isEnding(pod) && readySince(pod) !== undefined;

/** Ready for as long as the workload asks. */
export function isAvailable(pod: Pod, { spec: { minReadySeconds = 0 } }: Workload, nowMs: number): boolean {
  const since = readySince(pod);
  if (isEnding(pod) || since === undefined) return false;
  return minReadySeconds === 0 || nowMs - since >= minReadySeconds * 1_000;
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join()}}`;
}

/** Which template a Pod was made from: equal templates have equal hashes. */
export function templateHash(template: PodTemplate): string {
  return hash('sha256', canonical(template)).slice(0, 10);
}

/** Five characters, as the API server puts behind a generateName. */
export const randomSuffix = (): string =>
  [...randomBytes(5)].map((byte) => 'bcdfghjklmnpqrstvwxz2456789'[byte % 27]).join('');

/** A Pod of the template, owned by the workload, on our node. */
export function podOf(
  { apiVersion, kind, metadata, spec }: Workload,
  name: string,
  labels: Readonly<Record<string, string>>,
  more: Partial<Pod['spec']> = {},
): Pod {
  const { template } = spec;
  const owner: OwnerReference = {
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
  const { annotations } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: metadata.namespace ?? '',
      labels: { ...template.metadata?.labels, ...labels },
      ...(annotations ? { annotations } : {}),
      ownerReferences: [owner],
    },
    spec: { ...template.spec, ...more, nodeName: NODE_NAME },
  };
}

/** A count, or a percentage of a whole, rounded as asked. */
export function countOf(value: number | string, whole: number, round: (value: number) => number): number {
  return typeof value === 'number' ? value : round((Number.parseInt(value, 10) / 100) * whole);
}
