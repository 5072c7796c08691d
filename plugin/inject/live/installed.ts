import type { Cluster } from '#common/cluster/cluster.ts';
import { DEPLOYMENT } from '#common/cluster/objects.ts';
import { VERSION } from '#common/version.ts';
import { list, reading } from '../../connection/reading.ts';
import { SIDECAR_SELECTOR } from '../../connection/reports.ts';
import { recordsAt } from '../template.ts';
import type { Workload } from './kinds.ts';

/** What an injected sidecar has from the installed one. */
export interface InstalledSidecar {
  readonly image: string;
  /** Variables with a value of their own; those that read something else may not work in another Pod. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The image without a registry, where there is no installed one to ask; no registry has it yet. */
export const DEFAULT_IMAGE = `compass-sidecar:${VERSION}`;

/** The sidecar that is installed, as far as it may be read. */
export async function findInstalled(cluster: Cluster, namespace: string): Promise<InstalledSidecar> {
  const right = { verb: 'list', resource: 'deployments.apps', namespace };
  const { items } = await reading(right, () =>
    list<Workload>(cluster, DEPLOYMENT, { namespace, labelSelector: SIDECAR_SELECTOR }),
  );
  const containers = items.flatMap(({ spec }) => recordsAt(spec.template, ['spec', 'containers']));
  const sidecar = containers.find(({ name }) => name === 'sidecar') ?? containers[0] ?? {};
  const { image } = sidecar;
  const variables = recordsAt(sidecar, ['env']).flatMap(({ name, value }) =>
    typeof name === 'string' && typeof value === 'string' ? [[name, value] as const] : [],
  );
  return {
    image: typeof image === 'string' && image !== '' ? image : DEFAULT_IMAGE,
    environment: Object.fromEntries(variables),
  };
}

const PROXIES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'];

/** Settings that belong to one Pod, and not to the way that Compass is reached. */
const OF_ITS_OWN =
  /^(?:POD_|MALLOC_|APP_(?:MODE|MIRROR_FOLDER|HEALTH_PORT|CREDENTIALS_\w+|DIRECTOR_PROXY_PORT|CLUSTER_CERTIFICATES_SECRET)$)/;

/** What another sidecar takes over: a whole one all settings, a reader with a proxy those on the way to Compass. */
export function sharedEnvironment(
  { environment }: Pick<InstalledSidecar, 'environment'>,
  { mode, proxyPort }: { readonly mode: 'reader' | 'full'; readonly proxyPort: number | undefined },
): Readonly<Record<string, string>> {
  const isShared = (name: string) => {
    if (OF_ITS_OWN.test(name)) return false;
    if (mode === 'full') return name.startsWith('APP_') || PROXIES.includes(name);
    return proxyPort !== undefined && [...PROXIES, 'APP_COMPASS_ALLOWED_HOSTS'].includes(name);
  };
  return Object.fromEntries(Object.entries(environment).filter(([name]) => isShared(name)));
}
