import { systemClock } from '../clock.ts';
import { CompassError } from '../errors.ts';
import type { Observation } from './answer.ts';
import type { Cluster } from './cluster.ts';
import type { Endpoint } from './endpoint.ts';
import { inClusterEndpoint } from './in-cluster.ts';
import { chooseContext, type KubeconfigChoice, type KubeconfigOptions, kubeconfigEndpoint } from './kubeconfig.ts';
import { kubeconfigPaths, readKubeconfig } from './kubeconfig-file.ts';
import { restCluster } from './rest-cluster.ts';

export interface ClusterOptions {
  /** `kubectl-compass/<version>` or `compass-sidecar/<version>`: audit logs and API priority tell callers apart by it. */
  readonly userAgent?: string;
  /** For one call, in milliseconds; 30 s unless said, so that a half-open connection holds nobody up. */
  readonly timeoutMs?: number;
  /** How long after `timeoutSeconds` a silent watch is cut, in milliseconds; 30 s unless said. */
  readonly watchMarginMs?: number;
  /** Told of every call but watches, for metrics. */
  readonly observe?: (observation: Observation) => void;
}

export interface ConnectOptions extends ClusterOptions, Partial<KubeconfigOptions> {
  /** One kubeconfig instead of what KUBECONFIG names. */
  readonly kubeconfigPath?: string | undefined;
  /** A context other than the current one. */
  readonly context?: string | undefined;
  /** Where the service account of the Pod lies, if not where the kubelet puts it. */
  readonly serviceAccountFolder?: string;
}

/** The Cluster of a context that the caller chose and changed by flags of its own. */
export function connectTo(choice: KubeconfigChoice, options: KubeconfigOptions & ClusterOptions): Cluster {
  return clusterAt(kubeconfigEndpoint(choice, options), options);
}

/** The Cluster behind an endpoint. */
export function clusterAt(endpoint: Endpoint, options: ClusterOptions = {}): Cluster {
  return restCluster({
    endpoint,
    userAgent: options.userAgent ?? 'kubectl-compass',
    timeoutMs: options.timeoutMs ?? 30_000,
    watchMarginMs: options.watchMarginMs ?? 30_000,
    observe: options.observe,
  });
}

async function findEndpoint(options: ConnectOptions): Promise<Endpoint> {
  const { kubeconfigPath, context, env = process.env, clock = systemClock, serviceAccountFolder: folder } = options;
  const { stdin, stderr } = options;
  const paths = kubeconfigPaths(env, kubeconfigPath);
  const config = await readKubeconfig(paths);
  if (config !== undefined) return kubeconfigEndpoint(chooseContext(config, context), { env, clock, stdin, stderr });
  const named = Boolean(kubeconfigPath || env['KUBECONFIG']);
  const inCluster = named ? undefined : await inClusterEndpoint({ env, clock, ...(folder ? { folder } : {}) });
  if (inCluster !== undefined) return inCluster;
  throw new CompassError(
    'InvalidSetting',
    `no cluster to talk to: ${paths.join(' and ')} does not exist${named ? '' : ', and this is no Pod with a service account'}`,
    { next: 'set KUBECONFIG to the file that names the cluster' },
  );
}

/**
 * The cluster that kubectl would talk to: the named kubeconfig, else KUBECONFIG, else `~/.kube/config`, else the service
 * account of the Pod. Sends nothing yet. Throws InvalidSetting where none of them is there or the context is unknown.
 */
export async function connectCluster(options: ConnectOptions = {}): Promise<Cluster> {
  return clusterAt(await findEndpoint(options), options);
}
