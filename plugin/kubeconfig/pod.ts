import { SERVICE_ACCOUNT_FOLDER, serverOfPod } from '#common/cluster/in-cluster.ts';
import type { Kubeconfig } from '#common/cluster/kubeconfig-file.ts';
import { readFileUpToSync } from '#common/read-file.ts';
import type { ParsedFlags } from '../flags.ts';

/** Flags that say who asks, or whom to trust: they count for a Pod's own service account, too. */
const TEXTS = [
  'token',
  'username',
  'password',
  'as',
  'as-group',
  'as-uid',
  'as-user-extra',
  'certificate-authority',
  'client-certificate',
  'client-key',
  'tls-server-name',
];

const NAME = 'pod';

/** A Pod's service account as a kubeconfig, where flags change a part of it; undefined where none does, and outside of a Pod. */
export function podKubeconfig(
  flags: ParsedFlags,
  env: Readonly<Record<string, string | undefined>>,
): Kubeconfig | undefined {
  const server = serverOfPod(env);
  const isChanged = TEXTS.some((name) => flags.text(name) !== undefined) || flags.isOn('insecure-skip-tls-verify');
  if (server === undefined || !isChanged) return undefined;
  return {
    currentContext: NAME,
    clusters: new Map([[NAME, { server, 'certificate-authority': `${SERVICE_ACCOUNT_FOLDER}/ca.crt` }]]),
    users: new Map([[NAME, { tokenFile: `${SERVICE_ACCOUNT_FOLDER}/token` }]]),
    contexts: new Map([[NAME, { cluster: NAME, user: NAME }]]),
  };
}

/** The namespace of the Pod that this runs in; undefined outside of one. */
export function namespaceOfPod(): string | undefined {
  try {
    return readFileUpToSync(`${SERVICE_ACCOUNT_FOLDER}/namespace`, 1_024).toString('utf8').trim() || undefined;
  } catch {
    // outside a Pod there is no such file
    return undefined;
  }
}
