import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { CompassError } from '../errors.ts';
import { isRecord, type JsonRecord } from '../json.ts';
import { readFileUpTo, readFileUpToSync } from '../read-file.ts';
import { kubeconfigFlaw } from './kubeconfig-flaw.ts';
import { readPlainYaml } from './plain-yaml.ts';
import { codeOf } from './unreachable.ts';

/** The parts of a kubeconfig (client.authentication.k8s.io, v1 Config) that say which server and who. */
export interface KubeconfigCluster {
  readonly server?: string;
  readonly 'certificate-authority'?: string;
  readonly 'certificate-authority-data'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'tls-server-name'?: string;
  readonly 'proxy-url'?: string;
  readonly 'disable-compression'?: boolean;
  readonly extensions?: readonly { readonly name?: string; readonly extension?: unknown }[];
}

/** ExecConfig: a program that gives the credential. */
export interface KubeconfigExec {
  readonly command?: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly apiVersion?: string;
  /** For people who lack the program. */
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
  /** Never, IfAvailable or Always. */
  readonly interactiveMode?: string;
}

export interface KubeconfigUser {
  readonly 'client-certificate'?: string;
  readonly 'client-certificate-data'?: string;
  readonly 'client-key'?: string;
  readonly 'client-key-data'?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly as?: string;
  readonly 'as-groups'?: readonly string[];
  readonly 'as-uid'?: string;
  readonly 'as-user-extra'?: Readonly<Record<string, readonly string[]>>;
  readonly exec?: KubeconfigExec;
  readonly 'auth-provider'?: unknown;
}

export interface KubeconfigContext {
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
}

export interface Kubeconfig {
  readonly currentContext: string | undefined;
  readonly clusters: ReadonlyMap<string, KubeconfigCluster>;
  readonly users: ReadonlyMap<string, KubeconfigUser>;
  readonly contexts: ReadonlyMap<string, KubeconfigContext>;
}

/** Fields that name a file, relative to the kubeconfig that they stand in. */
const PATHS = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'];

/** Of a name that is shown. */
const LONGEST_NAME = 100;

function withAbsolutePaths(entry: JsonRecord, folder: string): Record<string, unknown> {
  const paths = PATHS.flatMap((field) => {
    const path = entry[field];
    return typeof path === 'string' && path !== '' && !isAbsolute(path) ? [[field, join(folder, path)]] : [];
  });
  return { ...entry, ...Object.fromEntries(paths), ...withAbsoluteCommand(entry['exec'], folder) };
}

/** A bare name is looked up in PATH; with a slash it is a path, and relative to the kubeconfig as well. */
function withAbsoluteCommand(exec: unknown, folder: string): { readonly exec?: object } {
  if (!isRecord(exec)) return {};
  const { command } = exec;
  return typeof command === 'string' && command.includes(sep)
    ? { exec: { ...exec, command: resolve(folder, command) } }
    : {};
}

/** Adds the named entries of one file; the first file that has a name wins, as in kubectl. Throws InvalidSetting. */
function addEntries(target: Map<string, object>, file: JsonRecord, field: string, path: string): void {
  const list = file[`${field}s`];
  if (!Array.isArray(list)) return;
  for (const item of list) {
    if (!isRecord(item)) continue;
    const { name } = item;
    if (typeof name !== 'string' || target.has(name)) continue;
    const entry = item[field];
    const flaw = isRecord(entry) && kubeconfigFlaw(entry);
    if (flaw) throw unreadable(path, `${field} ${JSON.stringify(name.slice(0, LONGEST_NAME))}: ${flaw}`);
    target.set(name, isRecord(entry) ? withAbsolutePaths(entry, dirname(path)) : {});
  }
}

function unreadable(path: string, code: string): CompassError {
  return new CompassError('InvalidSetting', `cannot read the kubeconfig ${path}: ${code}`);
}

/** Thousands of clusters with their certificates, in bytes. */
const LARGEST_KUBECONFIG = 32 * 1024 * 1024;

/** What a kubeconfig names: a token, a certificate, a bundle of CAs. In bytes. */
const LARGEST_PART = 4 * 1024 * 1024;

function readText(path: string): string | undefined {
  try {
    return readFileUpToSync(path, LARGEST_KUBECONFIG).toString('utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw unreadable(path, codeOf(error));
  }
}

/** Undefined where it is no YAML. The parser's own error would quote the lines around the fault: a token may stand there. */
async function parseYaml(text: string): Promise<unknown> {
  if (text.trim() === '') return {};
  const plain = readPlainYaml(text);
  if (plain !== undefined) return plain;
  try {
    const { load } = await import('./yaml.ts');
    return load(text);
  } catch {
    return undefined;
  }
}

async function readYaml(path: string): Promise<Record<string, unknown> | undefined> {
  const text = readText(path);
  if (text === undefined) return undefined;
  const parsed = await parseYaml(text);
  if (!isRecord(parsed)) throw unreadable(path, 'it is no valid YAML');
  return parsed;
}

/** The files that count, in order: the option, else KUBECONFIG (a list), else `~/.kube/config`. */
export function kubeconfigPaths(env: Readonly<Record<string, string | undefined>>, path?: string): readonly string[] {
  if (path !== undefined && path !== '') return [path];
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((name) => name !== '');
  if (listed.length > 0) return listed;
  return [join(env['HOME'] || homeFolder(), '.kube', 'config')];
}

/** A user that the machine has no entry of, as in most containers, is at home in `/`: so container runtimes see it, too. */
function homeFolder(): string {
  try {
    return homedir();
  } catch {
    return '/';
  }
}

/** Reads and merges kubeconfigs by kubectl's rules: absent files are skipped, the first to say something wins. Undefined where there is none. */
export async function readKubeconfig(paths: readonly string[]): Promise<Kubeconfig | undefined> {
  const clusters = new Map<string, KubeconfigCluster>();
  const users = new Map<string, KubeconfigUser>();
  const contexts = new Map<string, KubeconfigContext>();
  let currentContext: string | undefined;
  let found = false;
  for (const path of paths) {
    const file = await readYaml(path);
    if (file === undefined) continue;
    found = true;
    addEntries(clusters, file, 'cluster', path);
    addEntries(users, file, 'user', path);
    addEntries(contexts, file, 'context', path);
    const current = file['current-context'];
    if (!currentContext && typeof current === 'string') currentContext = current;
  }
  return found ? { currentContext, clusters, users, contexts } : undefined;
}

/** What a field holds in base64, else what the file of its twin holds. Throws ClusterUnauthorized. */
export async function fromDataOrFile(data: string | undefined, path: string | undefined): Promise<Buffer | undefined> {
  if (data) return Buffer.from(data, 'base64');
  if (!path) return undefined;
  try {
    return await readFileUpTo(path, LARGEST_PART);
  } catch (error) {
    throw unreadablePart(path, error);
  }
}

function unreadablePart(path: string, error: unknown): CompassError {
  return new CompassError('ClusterUnauthorized', `cannot read ${path}, which the kubeconfig names: ${codeOf(error)}`);
}
