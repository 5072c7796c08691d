import type { Cluster } from '#common/cluster/cluster.ts';
import type { Kind, KubeObject } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { list } from '../connection/reading.ts';
import type { Deployment } from './workload.ts';

const AUTOSCALER: Kind = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  namespaced: true,
};

interface Autoscaler extends KubeObject {
  readonly spec?: { readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string } };
}

/**
 * The HorizontalPodAutoscalers that scale a Deployment, by name. Undefined where they cannot be looked at: it is a courtesy, that
 * stops nothing.
 */
export async function findAutoscalers(
  cluster: Cluster,
  { metadata }: Deployment,
): Promise<readonly string[] | undefined> {
  try {
    const all = await list<Autoscaler>(cluster, AUTOSCALER, { namespace: metadata.namespace });
    return all
      .filter(({ spec }) => spec?.scaleTargetRef?.kind === 'Deployment' && spec.scaleTargetRef.name === metadata.name)
      .map((autoscaler) => autoscaler.metadata.name);
  } catch (error) {
    if (error instanceof CompassError) return undefined;
    throw error;
  }
}
