import { stringify } from 'yaml';
import type { KeyPair } from './pki.ts';

/** How a user proves who it is. */
export type Credential = { token: string } | KeyPair;

/** The text of a kubeconfig with one cluster, user and context. */
export function kubeconfigText(url: string, caPem: string, credential: Credential, namespace = 'default'): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const user =
    'token' in credential
      ? { token: credential.token }
      : { 'client-certificate-data': base64(credential.certPem), 'client-key-data': base64(credential.keyPem) };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'embedded', cluster: { server: url, 'certificate-authority-data': base64(caPem) } }],
    users: [{ name: 'user', user }],
    contexts: [{ name: 'embedded', context: { cluster: 'embedded', user: 'user', namespace } }],
    'current-context': 'embedded',
  });
}
