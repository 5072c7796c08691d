import type { KubeconfigUser } from './kubeconfig-file.ts';

/** The headers by which an administrator acts as somebody else (Kubernetes, "User impersonation"). */
export function impersonationHeaders(user: KubeconfigUser): Readonly<Record<string, string | readonly string[]>> {
  const { as, 'as-groups': groups = [], 'as-uid': uid, 'as-user-extra': extra = {} } = user;
  return {
    ...(as ? { 'impersonate-user': as } : {}),
    ...(groups.length > 0 ? { 'impersonate-group': groups } : {}),
    ...(uid ? { 'impersonate-uid': uid } : {}),
    ...Object.fromEntries(
      // A key may hold what a header's name may not; the server decodes it.
      Object.entries(extra).map(([key, values]) => [`impersonate-extra-${encodeURIComponent(key)}`, values]),
    ),
  };
}
