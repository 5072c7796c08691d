import type { KubeObject } from '#common/cluster/objects.ts';

interface Port {
  readonly port?: number | string;
  readonly endPort?: number;
  readonly protocol?: string;
}

interface Peer {
  readonly ipBlock?: object;
  readonly namespaceSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
}

interface Rule {
  readonly ports?: readonly Port[];
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
}

/** networking.k8s.io/v1 NetworkPolicy. */
export interface NetworkPolicy extends KubeObject {
  readonly spec: {
    readonly podSelector: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

/** The Pod that a policy is about. */
export interface PolicedPod {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Container ports by their names. */
  readonly ports: Readonly<Record<string, number>>;
}

export interface Traffic {
  readonly direction: 'ingress' | 'egress';
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

/**
 * Whether a policy lets traffic with anybody through, by the API's rules (NetworkPolicySpec): a direction that it is about is
 * closed but for its rules; a rule with peers opens nothing for everybody. Undefined where it is not about the Pod.
 */
export function letsThrough({ metadata, spec }: NetworkPolicy, pod: PolicedPod, traffic: Traffic): boolean | undefined {
  const isSelected = Object.entries(spec.podSelector.matchLabels ?? {}).every(
    ([key, value]) => pod.labels[key] === value,
  );
  if (!isSelected || metadata.namespace !== pod.namespace) return undefined;
  if (!spec.policyTypes.some((type) => type.toLowerCase() === traffic.direction)) return true;
  const rules = spec[traffic.direction] ?? [];
  return rules.some(({ ports, from, to }) => {
    const isForAll = (from ?? to ?? []).length === 0;
    return isForAll && (ports === undefined || ports.some((port) => covers(port, pod, traffic)));
  });
}

function covers({ port, endPort, protocol = 'TCP' }: Port, pod: PolicedPod, traffic: Traffic): boolean {
  if (protocol !== traffic.protocol) return false;
  if (port === undefined) return true;
  const first = typeof port === 'number' ? port : pod.ports[port];
  return first !== undefined && traffic.port >= first && traffic.port <= (endPort ?? first);
}
