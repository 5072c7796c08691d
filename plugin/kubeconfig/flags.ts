import { CompassError } from '#common/errors.ts';
import type { Flag, ParsedFlags } from '../flags.ts';
import { shellWord } from '../output/shell-words.ts';

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
  ...hidden(
    { name: 'cluster', kind: 'text', value: 'NAME', summary: 'the cluster of the kubeconfig to use' },
    { name: 'user', kind: 'text', value: 'NAME', summary: 'the user of the kubeconfig to use' },
    { name: 'server', short: 's', kind: 'text', value: 'URL', summary: 'where the API server is' },
    { name: 'token', kind: 'text', value: 'TOKEN', summary: 'bearer token for the API server' },
    { name: 'username', kind: 'text', value: 'NAME', summary: 'user name for the API server, with --password' },
    { name: 'password', kind: 'text', value: 'PASSWORD', summary: 'password for the API server, with --username' },
    { name: 'as', kind: 'text', value: 'USER', summary: 'the user to impersonate' },
    { name: 'as-group', kind: 'texts', value: 'GROUP', summary: 'a group to impersonate, repeatable' },
    { name: 'as-uid', kind: 'text', value: 'UID', summary: 'the UID to impersonate' },
    {
      name: 'as-user-extra',
      kind: 'texts',
      value: 'KEY=VALUE',
      summary: 'more about the impersonated user, repeatable',
    },
    { name: 'certificate-authority', kind: 'text', value: 'FILE', summary: 'CA of the API server' },
    { name: 'client-certificate', kind: 'text', value: 'FILE', summary: 'client certificate for the API server' },
    { name: 'client-key', kind: 'text', value: 'FILE', summary: 'key of the client certificate' },
    { name: 'insecure-skip-tls-verify', kind: 'switch', summary: "do not check the API server's certificate" },
    { name: 'tls-server-name', kind: 'text', value: 'NAME', summary: "the name in the API server's certificate" },
    { name: 'request-timeout', kind: 'text', value: 'DURATION', summary: 'longest wait for one answer; 0 is no limit' },
    { name: 'cache-dir', kind: 'text', value: 'DIRECTORY', summary: 'where completion keeps names for ten seconds' },
    {
      name: 'v',
      short: 'v',
      kind: 'text',
      value: 'LEVEL',
      summary: 'from 6 on, log every request to the API server: never what is in it',
    },
  ),
  // Without a use here. What kubectl takes, and people have in their aliases, must not be an error.
  ...hidden(
    { name: 'disable-compression', kind: 'switch', summary: 'accepted as by kubectl; answers are never compressed' },
    { name: 'match-server-version', kind: 'switch', summary: 'accepted as by kubectl, without effect' },
    { name: 'warnings-as-errors', kind: 'switch', summary: 'accepted as by kubectl, without effect' },
    { name: 'log-flush-frequency', kind: 'text', value: 'DURATION', summary: 'accepted as by kubectl, without effect' },
    { name: 'vmodule', kind: 'text', value: 'PATTERNS', summary: 'accepted as by kubectl, without effect' },
    { name: 'kuberc', kind: 'text', value: 'FILE', summary: 'accepted as by kubectl, whose own defaults it holds' },
    { name: 'profile', kind: 'text', value: 'NAME', summary: 'accepted as by kubectl, without effect' },
    { name: 'profile-output', kind: 'text', value: 'FILE', summary: 'accepted as by kubectl, without effect' },
  ),
];

function hidden(...flags: readonly Flag[]): Flag[] {
  return flags.map((flag) => ({ ...flag, hidden: true }));
}

/** kubectl's -v: 0 unless said. Throws Usage where it is no number. */
export function verbosity(flags: ParsedFlags): number {
  const text = flags.text('v') ?? '0';
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new CompassError('Usage', `-v is "${text}", and must be a number from 0 to 10`);
}

/** Where the sidecar is, if it was said: --namespace, then COMPASS_NAMESPACE; never the context's own namespace. */
export function sidecarNamespace(
  flags: ParsedFlags,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return flags.text('namespace') ?? (env['COMPASS_NAMESPACE'] || undefined);
}

/** The flags that say which cluster is meant, and as whom it is called. */
export const SAME_PLACE = [
  'kubeconfig',
  'context',
  'cluster',
  'server',
  'user',
  'as',
  'as-group',
  'as-uid',
  'as-user-extra',
];

const REPEATABLE = ['as-group', 'as-user-extra'];

/** The flags that a suggested command needs to go to the same cluster, as the same user: `--context prod-eu`. */
export function clusterFlags(flags: ParsedFlags): string | undefined {
  const given = SAME_PLACE.flatMap((name) =>
    (REPEATABLE.includes(name) ? flags.texts(name) : [flags.text(name) ?? []].flat())
      .filter(isShowable)
      .map((value) => `--${name} ${shellWord(value)}`),
  );
  return given.length > 0 ? given.join(' ') : undefined;
}

/** A URL with a password in it is refused where it is used, and must not be shown because of that. */
function isShowable(value: string): boolean {
  return !/^[a-z]+:\/\/[^/]*@/i.test(value);
}
