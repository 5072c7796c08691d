import { type SpawnOptions, spawn } from 'node:child_process';
import type { RequestOptions } from 'node:https';
import type { User } from '@kubernetes/client-node/dist/config_types.js';
import { CompassError, messageOf } from '../errors.ts';
import type { KubeconfigUser } from './kubeconfig-file.ts';

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

type Authenticator = (user: User, options: RequestOptions) => Promise<void>;

/** client-node collects what a plugin writes to stderr; people must see it while it waits (a device login). */
function spawnShowing(stderr: NodeJS.WritableStream | undefined): typeof spawn {
  const spawnAndShow = (command: string, args: readonly string[], options: SpawnOptions) => {
    const child = spawn(command, args, options);
    if (stderr) child.stderr?.pipe(stderr, { end: false });
    return child;
  };
  return spawnAndShow as typeof spawn;
}

/** An exec plugin needs a small part of client-node only; the old auth providers need the whole of it. */
async function authenticator(
  { exec }: KubeconfigUser,
  stderr: NodeJS.WritableStream | undefined,
): Promise<Authenticator> {
  if (exec !== undefined) {
    const { ExecAuth } = await import('@kubernetes/client-node/dist/exec_auth.js');
    const auth = new ExecAuth();
    Object.assign(auth, { execFn: spawnShowing(stderr) });
    return (user, options) => auth.applyAuthentication(user, options);
  }
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  return (user, options) => {
    // TLS is not its business here, and with verification on it refuses plain http, which kubectl allows.
    config.loadFromClusterAndUser({ name: 'cluster', server: 'https://unused.invalid', skipTLSVerify: true }, user);
    return config.applyToHTTPSOptions(options);
  };
}

/** Keeps the first line only: the plugin's own complaint ("please log in"); what follows may be a dump. */
function failed(user: KubeconfigUser, error: unknown): CompassError {
  const [complaint = ''] = messageOf(error).trim().split('\n', 1);
  const plugin = user.exec?.command ?? 'of the kubeconfig';
  return new CompassError('ClusterUnauthorized', `the credential plugin ${plugin} failed: ${complaint.slice(0, 200)}`);
}

/** The kubeconfig's exec plugin or auth provider, run through client-node, which is loaded only for those. */
export function credentialPlugin(name: string, user: KubeconfigUser, stderr?: NodeJS.WritableStream): CredentialPlugin {
  const exec = user.exec && { ...user.exec, env: [...(user.exec.env ?? []), execInfo(user.exec)] };
  const told: User = { name, exec, authProvider: user['auth-provider'] };
  let authenticate: Authenticator | undefined;
  return async (fresh) => {
    const options: RequestOptions & { headers: Record<string, unknown> } = { headers: {} };
    try {
      if (authenticate === undefined || fresh) authenticate = await authenticator(user, stderr);
      await authenticate(told, options);
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
