/** The finalizer that a CRD gets when it is deleted: its custom resources go first. */
export const cleanup = 'customresourcecleanup.apiextensions.k8s.io';
