import { isRecord, type JsonRecord } from '../json.ts';

const TEXTS: readonly string[] = [
  'server',
  'certificate-authority',
  'certificate-authority-data',
  'tls-server-name',
  'proxy-url',
  'cluster',
  'user',
  'namespace',
  'client-certificate',
  'client-certificate-data',
  'client-key',
  'client-key-data',
  'token',
  'tokenFile',
  'username',
  'password',
  'as',
  'as-uid',
  'command',
  'apiVersion',
  'installHint',
  'interactiveMode',
];
const FLAGS: readonly string[] = ['insecure-skip-tls-verify', 'disable-compression', 'provideClusterInfo'];
const LISTS: readonly string[] = ['as-groups', 'args'];

/** What of a cluster, user or context of a kubeconfig has a shape that kubectl would refuse, too; undefined where nothing has. */
export function kubeconfigFlaw(entry: JsonRecord): string | undefined {
  const { exec, env, extensions, 'as-user-extra': extra } = entry as Record<string, unknown>;
  return (
    fieldFlaw(entry) ??
    (isAbsent(exec) || isRecord(exec) ? undefined : 'exec is no map') ??
    (isRecord(exec) ? kubeconfigFlaw(exec) : undefined) ??
    (isAbsent(env) || isVariables(env) ? undefined : 'env is no list of names and values') ??
    (isAbsent(extensions) || (Array.isArray(extensions) && extensions.every(isRecord))
      ? undefined
      : 'extensions are no list') ??
    (isAbsent(extra) || (isRecord(extra) && Object.values(extra).every(isTexts))
      ? undefined
      : 'as-user-extra is no map of lists')
  );
}

/** Values never stand in it: one of them may be a token. */
function fieldFlaw(entry: JsonRecord): string | undefined {
  for (const [key, value] of Object.entries(entry)) {
    if (isAbsent(value)) continue;
    if (TEXTS.includes(key) && typeof value !== 'string') return `${key} is no text`;
    if (FLAGS.includes(key) && typeof value !== 'boolean') return `${key} is neither true nor false`;
    if (LISTS.includes(key) && !isTexts(value)) return `${key} is no list of texts`;
  }
  return undefined;
}

const isAbsent = (value: unknown) => value === undefined || value === null;

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isVariables(value: unknown): boolean {
  const isVariable = (item: unknown) =>
    isRecord(item) && typeof item['name'] === 'string' && typeof item['value'] === 'string';
  return Array.isArray(value) && value.every(isVariable);
}
