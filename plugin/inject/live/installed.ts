import type { Cluster } from '#common/cluster/cluster.ts';
import { DEPLOYMENT } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { isRecord } from '#common/json.ts';
import { VERSION } from '#common/version.ts';
import { list, reading } from '../../connection/reading.ts';
import { SIDECAR_SELECTOR } from '../../connection/reports.ts';
import { holdsCredentials, PROXY_ADDRESSES } from '../../output/without-credentials.ts';
import { recordsAt } from '../template.ts';
import type { GivenVariables } from '../variables.ts';
import type { Workload } from './kinds.ts';

/** What an injected sidecar has from the installed one. */
export interface InstalledSidecar {
  readonly image: string;
  /** Variables with a value of their own; those that read something else may not work in another Pod. */
  readonly environment: Readonly<Record<string, string>>;
  /** Proxies whose value is somewhere else, in a Secret say. */
  readonly proxiesElsewhere: readonly string[];
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
  const named = recordsAt(sidecar, ['env']);
  const variables = named.flatMap(({ name, value }) =>
    typeof name === 'string' && typeof value === 'string' ? [[name, value] as const] : [],
  );
  return {
    image: typeof image === 'string' && image !== '' ? image : DEFAULT_IMAGE,
    environment: Object.fromEntries(variables),
    proxiesElsewhere: PROXY_ADDRESSES.filter((proxy) =>
      named.some(({ name, valueFrom }) => name === proxy && isRecord(valueFrom)),
    ),
  };
}

const PROXY_VARIABLES = [...PROXY_ADDRESSES, 'NO_PROXY', 'no_proxy'];

/** Settings that belong to one Pod, and not to the way that Compass is reached. */
const OF_ITS_OWN =
  /^(?:POD_|MALLOC_|APP_(?:MODE|MIRROR_FOLDER|HEALTH_PORT|CREDENTIALS_\w+|DIRECTOR_PROXY_PORT|CLUSTER_CERTIFICATES_SECRET)$)/;

/** What is asked of another sidecar. */
export interface Sharing extends GivenVariables {
  readonly mode: 'reader' | 'full';
  readonly proxyPort: number | undefined;
}

/**
 * What another sidecar takes over, unless it is said otherwise: a whole one all settings, a reader with a proxy those on the way
 * to Compass. Throws ConfigurationBlocked for a password: people who may read its template need not be those of the installed one.
 */
export function sharedEnvironment(
  { environment }: Pick<InstalledSidecar, 'environment'>,
  { mode, proxyPort, environment: given, secretEnvironment }: Sharing,
): Readonly<Record<string, string>> {
  const isShared = (name: string) => {
    if (OF_ITS_OWN.test(name)) return false;
    if (mode === 'full') return name.startsWith('APP_') || PROXY_VARIABLES.includes(name);
    return proxyPort !== undefined && [...PROXY_VARIABLES, 'APP_COMPASS_ALLOWED_HOSTS'].includes(name);
  };
  const isGiven = (name: string) => Object.hasOwn(given, name) || Object.hasOwn(secretEnvironment, name);
  const shared = Object.entries(environment).filter(([name]) => isShared(name) && !isGiven(name));
  const secret = shared.find(([name, value]) => PROXY_ADDRESSES.includes(name) && holdsCredentials(value));
  if (!secret) return Object.fromEntries(shared);
  const message = `${secret[0]} of the installed sidecar holds a password, which whoever may read the Pod template would see`;
  throw new CompassError('ConfigurationBlocked', `${message}; nothing was changed`, {
    next: `put it into a Secret beside the workload, and say --set-from-secret ${secret[0]}=SECRET/KEY, or --set ${secret[0]}=URL for one without`,
  });
}
