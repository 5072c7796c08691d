import type { Cluster } from '../cluster.ts';
import { timestamp } from '../cluster.ts';
import { asString, at, type JsonObject } from '../json.ts';
import type { Resource } from '../kinds/resource.ts';
import type { KubeObject } from '../object.ts';
import type { ApiRequest } from '../request.ts';

/** The grace that the caller of a deletion asks for, in seconds; undefined leaves it to the object. */
export function askedGrace({ query }: ApiRequest, options: JsonObject): number | undefined {
  const given = query.get('gracePeriodSeconds') ?? options['gracePeriodSeconds'];
  return given === undefined || given === null ? undefined : Number(given);
}

/** How long, in seconds, a kubelet has to end an object; 0 for all but Pods that it runs. */
export function graceOf({ kind }: Resource, live: KubeObject, asked: number | undefined): number {
  const hasEnded = ['Succeeded', 'Failed'].includes(asString(at(live, 'status', 'phase')));
  if (kind !== 'Pod' || hasEnded || !at(live, 'spec', 'nodeName')) return 0;
  return asked ?? Number(at(live, 'spec', 'terminationGracePeriodSeconds') ?? 30);
}

/** A Pod that its kubelet is to end by then: it goes when the kubelet deletes it without grace. */
export function markForKubelet(cluster: Cluster, live: KubeObject, graceSeconds: number): KubeObject {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = live.metadata;
  if (deletionTimestamp && deletionGracePeriodSeconds <= graceSeconds) return live;
  const end = timestamp(new Date(cluster.now().getTime() + graceSeconds * 1_000));
  return {
    ...live,
    metadata: { ...live.metadata, deletionTimestamp: end, deletionGracePeriodSeconds: graceSeconds },
  };
}
