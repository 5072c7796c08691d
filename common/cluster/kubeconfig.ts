import type { Agent } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.ts';
import { CompassError } from '../errors.ts';
import { Sensitive } from '../sensitive.ts';
import { closeIdle, keepAliveAgent, type TlsOptions } from './agent.ts';
import type { Credential, Endpoint } from './endpoint.ts';
import { impersonationHeaders } from './impersonation.ts';
import { fromDataOrFile, type Kubeconfig, type KubeconfigCluster, type KubeconfigUser } from './kubeconfig-file.ts';
import type { CredentialPlugin, PluginTerminal } from './plugin-credential.ts';
import { proxyFor } from './proxy.ts';

/** Files that a kubeconfig names (token, certificate) are read anew this often, as client-go does. */
const CREDENTIAL_AGE_MS = 60_000;

export interface KubeconfigOptions extends PluginTerminal {
  /** Where a proxy may be named; a credential plugin inherits it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/** A cluster and a user, however they were chosen. */
export interface KubeconfigChoice {
  readonly server: string;
  readonly userName: string;
  readonly cluster: KubeconfigCluster;
  readonly user: KubeconfigUser;
  readonly namespace: string | undefined;
}

/**
 * The cluster and user of a context, the current one unless named. Throws InvalidSetting; a name that begins with NUL is of
 * the caller's own making, and not shown.
 */
export function chooseContext(config: Kubeconfig, contextName: string | undefined): KubeconfigChoice {
  const name = contextName || config.currentContext;
  if (!name) throw new CompassError('InvalidSetting', 'the kubeconfig has no current context; choose one by --context');
  const context = config.contexts.get(name);
  if (!context) throw new CompassError('InvalidSetting', `the kubeconfig has no context "${name}"`);
  const where = name.startsWith('\u0000') ? '' : `context "${name}": `;
  const cluster = config.clusters.get(context.cluster ?? '');
  if (!cluster?.server) {
    throw new CompassError('InvalidSetting', `${where}the kubeconfig has no cluster "${context.cluster}"`);
  }
  const userName = context.user ?? '';
  const user = config.users.get(userName);
  if (!user && userName !== '') {
    throw new CompassError('InvalidSetting', `${where}the kubeconfig has no user "${userName}"`);
  }
  const server = cluster.server.replace(/\/$/, '');
  requireUrl(server, where);
  return { server, userName, cluster, user: user ?? {}, namespace: context.namespace };
}

function requireUrl(server: string, where: string): void {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (!url) throw new CompassError('InvalidSetting', `${where}server is not a URL`);
  if (url.username === '' && url.password === '') return;
  throw new CompassError('InvalidSetting', `${where}server holds a user name or a password, which belong to the user`);
}

async function authorizationOf(user: KubeconfigUser): Promise<string | undefined> {
  // A token file beside a token wins in client-go: it is the one that is kept fresh.
  if (user.tokenFile) return `Bearer ${(await fromDataOrFile(undefined, user.tokenFile))?.toString('utf8').trim()}`;
  if (user.token) return `Bearer ${user.token}`;
  if (user.username) return `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`;
  return undefined;
}

interface Proof {
  readonly tls: TlsOptions;
  readonly authorization: string | undefined;
  /** In milliseconds since the epoch; Infinity where nobody said. */
  readonly expiresAtMs: number;
}

async function proofOf(choice: KubeconfigChoice, ask: CredentialPlugin | undefined, fresh: boolean): Promise<Proof> {
  const { cluster, user } = choice;
  const plugin = await ask?.(fresh);
  const ca = await fromDataOrFile(cluster['certificate-authority-data'], cluster['certificate-authority']);
  const cert = plugin?.cert ?? (await fromDataOrFile(user['client-certificate-data'], user['client-certificate']));
  const key = plugin?.key ?? (await fromDataOrFile(user['client-key-data'], user['client-key']));
  const servername = cluster['tls-server-name'];
  return {
    tls: {
      ...(ca ? { ca } : {}),
      ...(cert ? { cert } : {}),
      ...(key ? { key } : {}),
      ...(servername ? { servername } : {}),
      ...(cluster['insecure-skip-tls-verify'] ? { rejectUnauthorized: false } : {}),
    },
    authorization: plugin?.authorization ?? (await authorizationOf(user)),
    expiresAtMs: plugin?.expiresAtMs ?? Number.POSITIVE_INFINITY,
  };
}

/** Throws ClusterUnauthorized, without its content, for what no header can carry (RFC 9110, section 5.5). */
function requireHeader(authorization: string | undefined): void {
  if (authorization === undefined || /^[\t\x20-\x7e\x80-\xff]*$/.test(authorization)) return;
  const message = 'the bearer token for the API server holds a line break, or another character that no header has';
  throw new CompassError('ClusterUnauthorized', message);
}

/** Most users have none, and need not load what runs one. */
function pluginOnUse(choice: KubeconfigChoice, options: KubeconfigOptions): CredentialPlugin | undefined {
  if (!choice.user.exec && !choice.user['auth-provider']) return undefined;
  let ask: CredentialPlugin | undefined;
  return async (fresh) => {
    ask ??= await (await import('./plugin-credential.ts')).credentialPlugin(choice, options);
    return ask(fresh);
  };
}

/**
 * The API server of a kubeconfig's context. Certificates and tokens in files are read anew each minute and after a 401,
 * a credential plugin is asked again when its credential expired and after a 401; connections are only given up when
 * certificate or CA changed.
 */
export function kubeconfigEndpoint(choice: KubeconfigChoice, options: KubeconfigOptions): Endpoint {
  const { user, cluster } = choice;
  const { env, clock } = options;
  const plugin = pluginOnUse(choice, options);
  let agent: Agent | undefined;
  const proxyUrl = cluster['proxy-url'] || proxyFor(choice.server, env);
  let agentOf: TlsOptions | undefined;
  let current: Credential | undefined;
  let readAtMs = 0;
  let expiresAtMs = Number.POSITIVE_INFINITY;

  const readings = new Map<'fresh' | 'kept', Promise<Credential>>();

  async function read(fresh: boolean): Promise<Credential> {
    const proof = await proofOf(choice, plugin, fresh);
    requireHeader(proof.authorization);
    if (agent === undefined || !isDeepStrictEqual(proof.tls, agentOf)) {
      if (agent) closeIdle(agent);
      agent = keepAliveAgent(choice.server, proof.tls, proxyUrl);
      agentOf = proof.tls;
    }
    readAtMs = clock.monotonicMs();
    expiresAtMs = proof.expiresAtMs;
    current = {
      agent,
      authorization: proof.authorization === undefined ? undefined : new Sensitive(proof.authorization),
      headers: impersonationHeaders(user),
    };
    return current;
  }

  /** For all who ask meanwhile: a plugin may have a person log in, and must not do so twice. */
  function readOnce(how: 'fresh' | 'kept'): Promise<Credential> {
    const reading = readings.get('fresh') ?? readings.get(how);
    if (reading) return reading;
    const begun = read(how === 'fresh').finally(() => readings.delete(how));
    readings.set(how, begun);
    return begun;
  }

  return {
    server: choice.server,
    renewed: () => readOnce('fresh'),
    close: () => agent && closeIdle(agent),
    async credential() {
      const isYoung = clock.monotonicMs() - readAtMs < CREDENTIAL_AGE_MS && clock.now() <= expiresAtMs;
      if (current !== undefined && isYoung) return current;
      return readOnce('kept');
    },
  };
}
