import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import { DEPLOY_FOLDER } from './render.ts';

const SCRIPT = fileURLToPath(new URL('confined.sh', import.meta.url));

/** What sidecar/deploy/deployment.yaml restricts the container to. */
export interface Restrictions {
  readonly user: number;
  readonly group: number;
  readonly hasReadOnlyRoot: boolean;
  readonly dropsAllCapabilities: boolean;
  readonly mayGainPrivileges: boolean;
  /** Where its volume in memory is mounted, and how much fits into it, in KiB. */
  readonly volume: string;
  readonly volumeKb: number;
  readonly command: readonly string[];
  /** Variables with a value of their own. */
  readonly env: Readonly<Record<string, string>>;
}

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number };
        readonly volumes: readonly {
          readonly name: string;
          readonly emptyDir: { readonly medium: string; readonly sizeLimit: string };
        }[];
        readonly containers: readonly {
          readonly command: readonly string[];
          readonly env: readonly { readonly name: string; readonly value?: string }[];
          readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
          readonly securityContext: {
            readonly allowPrivilegeEscalation?: boolean;
            readonly readOnlyRootFilesystem?: boolean;
            readonly capabilities?: { readonly drop?: readonly string[] };
          };
        }[];
      };
    };
  };
}

/** Reads them; throws where the manifest has another shape than one container with one volume in memory. */
export async function readRestrictions(): Promise<Restrictions> {
  const deployment = load(await readFile(join(DEPLOY_FOLDER, 'deployment.yaml'), 'utf8')) as Deployment;
  const { securityContext, volumes, containers } = deployment.spec.template.spec;
  const [container, ...others] = containers;
  const [mount] = container?.volumeMounts ?? [];
  const volume = volumes.find(({ name }) => name === mount?.name)?.emptyDir;
  const [, mebibytes] = /^(\d+)Mi$/.exec(volume?.sizeLimit ?? '') ?? [];
  if (!(container && mount && mebibytes) || volume?.medium !== 'Memory' || others.length > 0 || volumes.length > 1)
    throw new Error('sidecar/deploy/deployment.yaml is not one container with one volume in memory');
  const own = container.securityContext;
  return {
    user: securityContext.runAsUser,
    group: securityContext.runAsGroup,
    hasReadOnlyRoot: own.readOnlyRootFilesystem === true,
    dropsAllCapabilities: own.capabilities?.drop?.includes('ALL') === true,
    mayGainPrivileges: own.allowPrivilegeEscalation !== false,
    volume: mount.mountPath,
    volumeKb: Number(mebibytes) * 1024,
    command: container.command,
    env: Object.fromEntries(container.env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))),
  };
}

/** What lies in the container beside the image of Node. */
export interface Contents {
  /** An empty folder of this machine, where the container's root is. */
  readonly folder: string;
  /** The built sidecar: `/app`. */
  readonly app: string;
  /** token, ca.crt and namespace, as the kubelet mounts them. */
  readonly account: string;
  /** A file of CAs: `/opt/compass-ca.pem`. */
  readonly ca: string;
}

/** Where the CAs are in the container. */
export const CA_FILE = '/opt/compass-ca.pem';
/** What `node` is found by there. */
export const PATH = '/opt/node:/usr/bin:/bin';

/**
 * The command line that runs a command under these restrictions: in a root of its own, as another user, without capabilities.
 * The process that it starts becomes the command's. Root can do that; others need a user namespace.
 */
export function confine(
  { user, group, hasReadOnlyRoot, dropsAllCapabilities, mayGainPrivileges, volume, volumeKb }: Restrictions,
  { folder, app, account, ca }: Contents,
  command: readonly string[],
): readonly string[] {
  const isRoot = process.getuid?.() === 0;
  // Others mount as the root of one namespace, and become the user in another one.
  const ids = isRoot
    ? ['setpriv', `--reuid=${user}`, `--regid=${group}`, '--clear-groups']
    : ['unshare', '--user', `--map-user=${user}`, `--map-group=${group}`, '--keep-caps', 'setpriv', '--keep-groups'];
  return [
    ...['unshare', '--mount', ...(isRoot ? [] : ['--map-root-user']), 'sh', SCRIPT],
    ...[folder, process.execPath, app, account, ca, volume, `${volumeKb}k`, hasReadOnlyRoot ? 'ro' : 'rw', '--'],
    ...ids,
    ...(dropsAllCapabilities ? ['--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all'] : []),
    ...(mayGainPrivileges ? [] : ['--no-new-privs']),
    ...['--', ...command],
  ];
}

/** Why this machine cannot run a command under them; undefined where it can. */
export async function whyNot(restrictions: Restrictions, contents: Contents): Promise<string | undefined> {
  if (process.platform !== 'linux') return `there are no mount namespaces on ${process.platform}`;
  const [program = '', ...args] = confine(restrictions, contents, ['true']);
  try {
    await promisify(execFile)(program, args, { env: { PATH: process.env['PATH'] } });
    return undefined;
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    return `this machine cannot run a restricted process: ${stderr.trim() || message}`;
  }
}
