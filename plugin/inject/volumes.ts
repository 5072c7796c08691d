import type { JsonRecord } from '#common/json.ts';
import type { InjectionSettings } from './settings.ts';

/** Where neighbours find the credentials. */
export const CREDENTIALS_VOLUME = 'compass-credentials';
/** The token of the Pod's ServiceAccount, for the sidecar alone. */
export const TOKEN_VOLUME = 'compass-token';
/** What a whole sidecar keeps while the API server cannot be reached. */
export const MEMORY_VOLUME = 'compass-memory';

export const TOKEN_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
export const MEMORY_FOLDER = '/run/compass-sidecar';

/** Every name that inject gives to a volume. */
export const VOLUME_NAMES = [CREDENTIALS_VOLUME, TOKEN_VOLUME, MEMORY_VOLUME];

/**
 * The volumes that the sidecar brings. Credentials lie in memory alone. Its token is one of its own, so that it works where
 * the Pod mounts none, and no other container gets one by it.
 */
export function sidecarVolumes({ mode }: InjectionSettings): readonly JsonRecord[] {
  const inMemory = { medium: 'Memory', sizeLimit: '1Mi' };
  return [
    { name: CREDENTIALS_VOLUME, emptyDir: inMemory },
    { name: TOKEN_VOLUME, projected: { sources: tokenSources() } },
    ...(mode === 'full' ? [{ name: MEMORY_VOLUME, emptyDir: inMemory }] : []),
  ];
}

/** As the API server mounts a ServiceAccount by itself. */
function tokenSources(): readonly JsonRecord[] {
  return [
    { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
  ];
}
