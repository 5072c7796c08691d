import { resolve } from 'node:path';
import { chooseContext, type KubeconfigChoice } from '#common/cluster/kubeconfig.ts';
import type { Kubeconfig, KubeconfigCluster, KubeconfigUser } from '#common/cluster/kubeconfig-file.ts';
import { CompassError } from '#common/errors.ts';
import type { ParsedFlags } from '../flags.ts';

/** The context that --cluster and --user make of the named one, under a name that no kubeconfig has. */
const COMPOSED = '\u0000flags';

const EMPTY: Kubeconfig = { currentContext: undefined, clusters: new Map(), users: new Map(), contexts: new Map() };

/**
 * The server and the user that kubectl would take: the context, then what the flags put in the place of its parts. Without
 * any kubeconfig --server alone is enough. Throws InvalidSetting where a name is in no kubeconfig.
 */
export function chooseByFlags(config: Kubeconfig = EMPTY, flags: ParsedFlags): KubeconfigChoice {
  const choice = chooseContext(compose(config, flags), COMPOSED);
  return { ...choice, user: overrideUser(choice.user, flags), cluster: overrideCluster(choice.cluster, flags) };
}

/** The kubeconfig with one more context: the chosen one with the named cluster and user, at the named server. */
function compose(config: Kubeconfig, flags: ParsedFlags): Kubeconfig {
  const contextName = flags.text('context') ?? config.currentContext;
  const context = config.contexts.get(contextName ?? '');
  if (flags.text('context') !== undefined && !context) {
    throw new CompassError('InvalidSetting', `the kubeconfig has no context "${contextName}"`);
  }
  const cluster = flags.text('cluster') ?? context?.cluster ?? '';
  const user = flags.text('user') ?? context?.user ?? '';
  const server = flags.text('server');
  if (!server && !config.clusters.has(cluster)) throw unknownCluster(cluster, contextName);
  const clusters = new Map(config.clusters);
  if (server) clusters.set(cluster, { ...config.clusters.get(cluster), server: withScheme(server) });
  return { ...config, clusters, contexts: new Map([[COMPOSED, { ...context, cluster, user }]]) };
}

function unknownCluster(cluster: string, contextName: string | undefined): CompassError {
  const message = cluster
    ? `the kubeconfig has no cluster "${cluster}"`
    : contextName
      ? `the kubeconfig has no context "${contextName}"`
      : 'the kubeconfig has no current context; choose one by --context, or a server by --server';
  return new CompassError('InvalidSetting', message);
}

/** As client-go: a host without a scheme is plain HTTP. */
function withScheme(server: string): string {
  return /^[a-z]+:\/\//i.test(server) ? server : `http://${server}`;
}

function overrideCluster(cluster: KubeconfigCluster, flags: ParsedFlags): KubeconfigCluster {
  const authority = flags.text('certificate-authority');
  const skip = flags.switched('insecure-skip-tls-verify');
  const serverName = flags.text('tls-server-name');
  const { 'certificate-authority': file, 'certificate-authority-data': data, ...rest } = cluster;
  const keepsAuthority = authority === undefined && !skip;
  return {
    ...rest,
    ...(keepsAuthority && file !== undefined ? { 'certificate-authority': file } : {}),
    ...(keepsAuthority && data !== undefined ? { 'certificate-authority-data': data } : {}),
    ...(authority === undefined ? {} : { 'certificate-authority': resolve(authority) }),
    ...(skip === undefined ? {} : { 'insecure-skip-tls-verify': skip }),
    ...(serverName === undefined ? {} : { 'tls-server-name': serverName }),
  };
}

function overrideUser(user: KubeconfigUser, flags: ParsedFlags): KubeconfigUser {
  const token = flags.text('token');
  const certificate = flags.text('client-certificate');
  const key = flags.text('client-key');
  const login = basicLogin(flags, user);
  return {
    ...(token === undefined && !login ? user : withoutLogin(user)),
    ...(token === undefined ? {} : { token }),
    ...login,
    ...(certificate === undefined ? {} : { 'client-certificate': resolve(certificate), 'client-certificate-data': '' }),
    ...(key === undefined ? {} : { 'client-key': resolve(key), 'client-key-data': '' }),
    ...impersonated(flags),
  };
}

/** Basic authentication; API servers since 1.19 know none, but what stands before one may. */
function basicLogin(flags: ParsedFlags, user: KubeconfigUser): KubeconfigUser | undefined {
  const [username, password] = [flags.text('username'), flags.text('password')];
  if (username === undefined && password === undefined) return undefined;
  return { username: username ?? user.username ?? '', password: password ?? user.password ?? '' };
}

/** A token or password given by hand is the one that counts: nobody is asked for another. */
function withoutLogin(user: KubeconfigUser): KubeconfigUser {
  const { exec: _exec, 'auth-provider': _provider, tokenFile: _file, ...others } = user;
  const { token: _token, username: _name, password: _word, ...rest } = others;
  return rest;
}

function impersonated(flags: ParsedFlags): KubeconfigUser {
  const as = flags.text('as');
  const groups = flags.texts('as-group').filter((group) => group !== '');
  const uid = flags.text('as-uid');
  const extra = extraOf(flags.texts('as-user-extra'));
  if (as === undefined && (groups.length > 0 || uid !== undefined || extra !== undefined)) {
    throw new CompassError('Usage', '--as-group and --as-uid need --as beside them, and so does --as-user-extra');
  }
  return {
    ...(as === undefined ? {} : { as }),
    ...(groups.length > 0 ? { 'as-groups': groups } : {}),
    ...(uid === undefined ? {} : { 'as-uid': uid }),
    ...(extra === undefined ? {} : { 'as-user-extra': extra }),
  };
}

/** `KEY=VALUE`, each key as often as it has values. */
function extraOf(texts: readonly string[]): KubeconfigUser['as-user-extra'] {
  const pairs = texts.filter((text) => text !== '').map((text) => /^([^=]+)=(.*)$/s.exec(text));
  if (pairs.length === 0) return undefined;
  if (pairs.includes(null)) throw new CompassError('Usage', '--as-user-extra must be KEY=VALUE');
  const byKey = Map.groupBy(pairs, (pair) => pair?.[1] ?? '');
  return Object.fromEntries([...byKey].map(([key, found]) => [key, found.map((pair) => pair?.[2] ?? '')]));
}
