import type { Cluster } from './cluster.ts';

/** One right, as RBAC asks for it. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

interface Review {
  readonly status?: { readonly allowed?: boolean };
}

/** Whether whoever this Cluster acts as has a right, by SelfSubjectAccessReview, which every authenticated user may ask. */
export async function canI(cluster: Cluster, right: Right, signal?: AbortSignal): Promise<boolean> {
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: right },
  };
  const review = await cluster.post<Review>('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', body, signal);
  return review.status?.allowed === true;
}
