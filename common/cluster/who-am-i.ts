import { hasReason } from '#common/errors.ts';
import type { Cluster } from './cluster.ts';

interface Review {
  readonly status?: { readonly userInfo?: { readonly username?: string } };
}

/** The versions of SelfSubjectReview that servers have had, the newest first: v1 is there from Kubernetes 1.28 on. */
const VERSIONS = ['v1', 'v1beta1'];

/**
 * The name of whoever this Cluster acts as, as the API server knows them; undefined where it has no SelfSubjectReview, or
 * lets nobody ask. Throws what else the cluster throws.
 */
export async function whoAmI(cluster: Cluster, signal?: AbortSignal): Promise<string | undefined> {
  for (const version of VERSIONS) {
    const group = `authentication.k8s.io/${version}`;
    try {
      const body = { apiVersion: group, kind: 'SelfSubjectReview' };
      const { status } = await cluster.post<Review>(`/apis/${group}/selfsubjectreviews`, body, signal);
      return status?.userInfo?.username || undefined;
    } catch (error) {
      if (hasReason(error, 'ClusterForbidden')) return undefined;
      if (!hasReason(error, 'ClusterNotFound', 'NotInstalled')) throw error;
    }
  }
  return undefined;
}
