/** Who a request comes from. */
export type Identity = { name: string; groups: string[]; uid?: string };

/** A simple right: verbs on resources; every list may hold '*', a missing one means all. */
export type AllowRule = {
  verbs?: string[];
  groups?: string[];
  /** Plural names, "secrets/status" for subresources. */
  resources?: string[];
  namespaces?: string[];
  names?: string[];
};

export const adminGroup = 'system:masters';
export const anonymous: Identity = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** The identity of a ServiceAccount. */
export function serviceAccountIdentity(namespace: string, name: string, uid?: string): Identity {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return { name: `system:serviceaccount:${namespace}:${name}`, groups, ...(uid ? { uid } : {}) };
}
