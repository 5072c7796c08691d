import type { RequestOptions } from 'node:https';
import { CompassError, messageOf } from '../errors.ts';
import type { KubeconfigCluster, KubeconfigUser } from './kubeconfig-file.ts';

/** What a credential plugin or an auth provider gave. */
export interface PluginCredential {
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  readonly authorization?: string | undefined;
}

/** What the plugin is told, by client.authentication.k8s.io's ExecCredential; client-node leaves it out. */
function execInfo(exec: NonNullable<KubeconfigUser['exec']>): { readonly name: string; readonly value: string } {
  const apiVersion = exec.apiVersion ?? 'client.authentication.k8s.io/v1';
  return {
    name: 'KUBERNETES_EXEC_INFO',
    value: JSON.stringify({ apiVersion, kind: 'ExecCredential', spec: { interactive: false } }),
  };
}

function text(value: unknown): string | Buffer | undefined {
  return typeof value === 'string' || Buffer.isBuffer(value) ? value : undefined;
}

/** Gives the credential of now; `fresh` asks the plugin again even where the last one has not expired. */
export type CredentialPlugin = (fresh: boolean) => Promise<PluginCredential>;

/** Keeps the first line only: the plugin's own complaint ("please log in"); what follows may be a dump. */
function failed(user: KubeconfigUser, error: unknown): CompassError {
  const [complaint = ''] = messageOf(error).trim().split('\n', 1);
  const plugin = user.exec?.command ?? 'of the kubeconfig';
  return new CompassError('ClusterUnauthorized', `the credential plugin ${plugin} failed: ${complaint.slice(0, 200)}`);
}

async function loadKubeConfig(name: string, user: KubeconfigUser, cluster: KubeconfigCluster) {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const exec = user.exec && { ...user.exec, env: [...(user.exec.env ?? []), execInfo(user.exec)] };
  const config = new KubeConfig();
  // TLS is not its business here, and with verification on it refuses a server of plain http, which kubectl allows.
  config.loadFromClusterAndUser(
    { name: 'cluster', server: cluster.server ?? '', skipTLSVerify: true },
    { name, exec, authProvider: user['auth-provider'] },
  );
  return config;
}

/** The kubeconfig's exec plugin or auth provider, run through client-node, which is loaded only for those. */
export function credentialPlugin(name: string, user: KubeconfigUser, cluster: KubeconfigCluster): CredentialPlugin {
  let config: Awaited<ReturnType<typeof loadKubeConfig>> | undefined;
  return async (fresh) => {
    const options: { headers: Record<string, unknown>; cert?: unknown; key?: unknown } = { headers: {} };
    try {
      if (config === undefined || fresh) config = await loadKubeConfig(name, user, cluster);
      await config.applyToHTTPSOptions(options as RequestOptions);
    } catch (error) {
      throw failed(user, error);
    }
    const { Authorization: authorization } = options.headers;
    return {
      cert: text(options.cert),
      key: text(options.key),
      authorization: typeof authorization === 'string' ? authorization : undefined,
    };
  };
}
