import type { Cluster } from '#common/cluster/cluster.ts';
import { type KubeObject, POD } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { list } from '../connection/reading.ts';
import { SIDECAR_SELECTOR } from '../connection/reports.ts';

interface Pod extends KubeObject {
  readonly spec?: { readonly containers?: readonly { readonly env?: readonly EnvVar[] }[] };
}

interface EnvVar {
  readonly name: string;
  readonly value?: string;
}

/** Settings of the sidecar that decide how Applications look. */
export interface SidecarSettings {
  readonly centralGatewayUrl: string;
  readonly skipAppsTlsVerify: boolean;
  readonly allowedHosts: readonly string[];
  /** Whether they are read from a sidecar; else they are the defaults. */
  readonly isRead: boolean;
}

const DEFAULT_GATEWAY = 'http://central-application-gateway.kyma-system.svc.cluster.local:8082';

/** The settings of the sidecar in a namespace, as its Pod has them; the defaults where there is none, or it may not be read. */
export async function readSidecarSettings(cluster: Cluster, namespace: string): Promise<SidecarSettings> {
  const pods = await readPods(cluster, namespace);
  const env = pods[0]?.spec?.containers?.flatMap((container) => container.env ?? []) ?? [];
  const setting = (name: string) => env.findLast((one) => one.name === name)?.value ?? '';
  return {
    centralGatewayUrl: (setting('APP_CENTRAL_GATEWAY_SERVICE_URL') || DEFAULT_GATEWAY).replace(/\/+$/, ''),
    skipAppsTlsVerify: setting('APP_SKIP_APPS_TLS_VERIFY') === 'true',
    allowedHosts: setting('APP_COMPASS_ALLOWED_HOSTS')
      .split(/[\s,]+/)
      .filter((host) => host !== ''),
    isRead: pods.length > 0,
  };
}

async function readPods(cluster: Cluster, namespace: string): Promise<readonly Pod[]> {
  try {
    return await list<Pod>(cluster, POD, { namespace, labelSelector: SIDECAR_SELECTOR });
  } catch (error) {
    if (hasReason(error, 'ClusterForbidden', 'ClusterNotFound', 'NotInstalled')) return [];
    throw error;
  }
}
