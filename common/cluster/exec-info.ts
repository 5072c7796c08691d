import { CompassError } from '../errors.ts';
import type { KubeconfigChoice } from './kubeconfig.ts';
import { fromDataOrFile, type KubeconfigExec } from './kubeconfig-file.ts';

const GROUP = 'client.authentication.k8s.io';

/** The cluster's extension whose content is handed to the plugin. */
const EXTENSION = `${GROUP}/exec`;

/** The version that plugin and caller speak; v1 where the kubeconfig does not say. Throws InvalidSetting for another. */
export function execVersion({ apiVersion, command }: KubeconfigExec): string {
  const version = apiVersion ?? `${GROUP}/v1`;
  if (version === `${GROUP}/v1` || version === `${GROUP}/v1beta1`) return version;
  const message = `the credential plugin ${command} is set to apiVersion "${version}": ${GROUP}/v1 and v1beta1 are spoken`;
  throw new CompassError('InvalidSetting', message, { next: 'correct apiVersion of the plugin in the kubeconfig' });
}

/**
 * Whether the plugin may ask the person at the terminal, by interactiveMode; IfAvailable where the kubeconfig does not
 * say. Throws InvalidSetting for an unknown mode, ClusterUnauthorized where it must ask and there is nobody.
 */
export function isInteractive({ interactiveMode, command }: KubeconfigExec, hasTerminal: () => boolean): boolean {
  switch (interactiveMode || 'IfAvailable') {
    case 'Never':
      return false;
    case 'IfAvailable':
      return hasTerminal();
    case 'Always':
      if (hasTerminal()) return true;
      throw new CompassError(
        'ClusterUnauthorized',
        `the credential plugin ${command} asks on a terminal (interactiveMode: Always), and stdin is none`,
        { next: 'run it on a terminal, with nothing piped in' },
      );
    default:
      throw new CompassError(
        'InvalidSetting',
        `the credential plugin ${command} is set to the unknown interactiveMode "${interactiveMode}"`,
        { next: 'set it to Never, IfAvailable or Always in the kubeconfig' },
      );
  }
}

/** The cluster as the plugin is told of it: the CA always as data, and a proxy only if the kubeconfig names it. */
async function clusterInfo(choice: KubeconfigChoice): Promise<object> {
  const { cluster } = choice;
  const data = cluster['certificate-authority-data'];
  const authority = await fromDataOrFile(data, cluster['certificate-authority']);
  const { extension } = cluster.extensions?.find(({ name }) => name === EXTENSION) ?? {};
  return {
    server: cluster.server ?? choice.server,
    'tls-server-name': cluster['tls-server-name'] || undefined,
    'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'] || undefined,
    'certificate-authority-data': authority?.toString('base64'),
    'proxy-url': cluster['proxy-url'] || undefined,
    'disable-compression': cluster['disable-compression'] || undefined,
    config: extension ?? null,
  };
}

/** KUBERNETES_EXEC_INFO: the ExecCredential that the plugin is asked by (client.authentication.k8s.io). */
export async function execInfo(exec: KubeconfigExec, choice: KubeconfigChoice, interactive: boolean): Promise<string> {
  const cluster = exec.provideClusterInfo ? await clusterInfo(choice) : undefined;
  return JSON.stringify({ apiVersion: execVersion(exec), kind: 'ExecCredential', spec: { cluster, interactive } });
}
