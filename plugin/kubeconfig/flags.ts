import type { Flag, ParsedFlags } from '../flags.ts';

/**
 * kubectl's own flags. kubectl refuses them before a plugin's name, so all of them are read here; `kubectl options`
 * explains them.
 */
export const KUBECTL_FLAGS: readonly Flag[] = [
  { name: 'kubeconfig', kind: 'text', value: 'FILE', summary: 'the kubeconfig to use' },
  { name: 'context', kind: 'text', value: 'NAME', summary: 'the context of the kubeconfig to use' },
  {
    name: 'namespace',
    short: 'n',
    kind: 'text',
    value: 'NAMESPACE',
    summary: "the sidecar's namespace; never filters Applications, which are cluster-wide",
  },
  { name: 'cluster', kind: 'text', value: 'NAME', summary: 'the cluster of the kubeconfig to use', hidden: true },
  { name: 'user', kind: 'text', value: 'NAME', summary: 'the user of the kubeconfig to use', hidden: true },
  { name: 'server', short: 's', kind: 'text', value: 'URL', summary: 'where the API server is', hidden: true },
  { name: 'token', kind: 'text', value: 'TOKEN', summary: 'bearer token for the API server', hidden: true },
  { name: 'as', kind: 'text', value: 'USER', summary: 'the user to impersonate', hidden: true },
  { name: 'as-group', kind: 'texts', value: 'GROUP', summary: 'a group to impersonate, repeatable', hidden: true },
  { name: 'as-uid', kind: 'text', value: 'UID', summary: 'the UID to impersonate', hidden: true },
  { name: 'certificate-authority', kind: 'text', value: 'FILE', summary: 'CA of the API server', hidden: true },
  { name: 'client-certificate', kind: 'text', value: 'FILE', summary: 'client certificate', hidden: true },
  { name: 'client-key', kind: 'text', value: 'FILE', summary: 'key of the client certificate', hidden: true },
  {
    name: 'insecure-skip-tls-verify',
    kind: 'switch',
    summary: "do not check the API server's certificate",
    hidden: true,
  },
  { name: 'tls-server-name', kind: 'text', value: 'NAME', summary: 'the name to check it against', hidden: true },
  { name: 'request-timeout', kind: 'text', value: 'DURATION', summary: 'longest wait for one answer', hidden: true },
  { name: 'cache-dir', kind: 'text', value: 'DIRECTORY', summary: 'where to cache', hidden: true },
  { name: 'disable-compression', kind: 'switch', summary: 'ask for answers uncompressed', hidden: true },
  { name: 'v', short: 'v', kind: 'text', value: 'LEVEL', summary: 'how much to log', hidden: true },
];

/** Where the sidecar is, if it was said: --namespace, then COMPASS_NAMESPACE; never the context's own namespace. */
export function sidecarNamespace(
  flags: ParsedFlags,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return flags.text('namespace') ?? (env['COMPASS_NAMESPACE'] || undefined);
}

/** The flags that a suggested command needs to go to the same cluster: `--context prod-eu`. */
export function clusterFlags(flags: ParsedFlags): string | undefined {
  const given = ['kubeconfig', 'context', 'cluster', 'server'].flatMap((name) => {
    const value = flags.text(name);
    return value === undefined ? [] : [`--${name} ${/^[\w./:@-]+$/.test(value) ? value : `'${value}'`}`];
  });
  return given.length > 0 ? given.join(' ') : undefined;
}
