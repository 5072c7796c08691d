import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { CompassError, messageOf } from '../errors.ts';
import type { KubeconfigChoice } from './kubeconfig.ts';
import type { CredentialPlugin } from './plugin-credential.ts';

function text(value: unknown): string | Buffer | undefined {
  return typeof value === 'string' || Buffer.isBuffer(value) ? value : undefined;
}

/** Keeps the first line only, the provider's own complaint; what follows may be a dump. */
function failed(error: unknown): CompassError {
  const [complaint = ''] = messageOf(error).trim().split('\n', 1);
  return new CompassError(
    'ClusterUnauthorized',
    `the auth provider of the kubeconfig failed: ${complaint.slice(0, 200)}`,
  );
}

/**
 * The old way of kubeconfigs, `auth-provider`, by client-node, which is loaded only for those. The credential plugin
 * throws ClusterUnauthorized.
 */
export function authProvider({ user, userName }: KubeconfigChoice): CredentialPlugin {
  let config: KubeConfig | undefined;
  return async (fresh) => {
    const options: RequestOptions & { headers: Record<string, unknown> } = { headers: {} };
    try {
      const client = await import('@kubernetes/client-node/dist/config.js');
      if (fresh) config = undefined;
      config ??= new client.KubeConfig();
      config.loadFromClusterAndUser(
        // TLS is not its business here, and with verification on it refuses plain http, which kubectl allows.
        { name: 'cluster', server: 'https://unused.invalid', skipTLSVerify: true },
        { name: userName, authProvider: user['auth-provider'] },
      );
      await config.applyToHTTPSOptions(options);
    } catch (error) {
      throw failed(error);
    }
    const { Authorization: authorization } = options.headers;
    return {
      cert: text(options.cert),
      key: text(options.key),
      authorization: typeof authorization === 'string' ? authorization : undefined,
    };
  };
}
