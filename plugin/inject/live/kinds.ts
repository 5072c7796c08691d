import type { ObjectRef } from '#common/cluster/cluster.ts';
import { DEPLOYMENT, type Kind, type KubeObject } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { quoted } from '../../quoted.ts';
import type { Template } from '../template.ts';

export const STATEFUL_SET: Kind = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  namespaced: true,
};
export const DAEMON_SET: Kind = { apiVersion: 'apps/v1', kind: 'DaemonSet', plural: 'daemonsets', namespaced: true };

/** The kinds that can get a sidecar in the cluster: those whose Pods come from a template that may change. */
export const WORKLOAD_KINDS: readonly Kind[] = [DEPLOYMENT, STATEFUL_SET, DAEMON_SET];

const SHORT_NAMES: Readonly<Record<string, Kind>> = { deploy: DEPLOYMENT, sts: STATEFUL_SET, ds: DAEMON_SET };

/** A workload (apps/v1), as much as is read and written of it. */
export interface Workload extends KubeObject {
  readonly spec: { readonly template: Template; readonly [field: string]: unknown };
  readonly status?: Readonly<Record<string, unknown>>;
}

export interface WorkloadRef extends ObjectRef {
  readonly namespace: string;
}

/** `TYPE/NAME` as kubectl takes it. Throws Usage for anything else. */
export function readWorkloadRef(text: string, namespace: string): WorkloadRef {
  const [type = '', name = '', ...more] = text.split('/');
  const kind = kindNamed(type.toLowerCase());
  if (kind && name !== '' && more.length === 0) return { kind, name, namespace };
  const message = `the workload is ${quoted(text)}, and must be TYPE/NAME with deployment, statefulset or daemonset`;
  throw new CompassError('Usage', message);
}

/** By any name that kubectl has for it: `deployment`, `deployments.apps`, `deploy`. */
export function kindNamed(type: string): Kind | undefined {
  const word = type.replace(/\.apps$|\.v1\.apps$/, '');
  return SHORT_NAMES[word] ?? WORKLOAD_KINDS.find(({ kind, plural }) => [kind.toLowerCase(), plural].includes(word));
}

/** As kubectl names it: `deployment.apps/orders`. */
export function workloadFullName({ kind, name }: ObjectRef): string {
  return `${kind.kind.toLowerCase()}.apps/${name}`;
}
