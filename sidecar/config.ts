import type { LogLevel } from '#common/log.ts';
import { DEFAULT_CONNECTION_NAME } from '#common/resources/names.ts';
import type { Setting } from '#common/settings.ts';
import {
  BASE_URL,
  CONNECTION_NAME,
  HOSTS,
  HTTP_URL,
  NAMESPACE_NAME,
  type NamespacedName,
  SECRET_NAME,
} from './config/names.ts';
import { type NeighbourSettings, readNeighbours } from './config/neighbours.ts';
import { type OwnPlace, readOwnNamespace, readPodName, THIS_POD } from './config/own-place.ts';
import type { RunningNode } from './config/running-node.ts';
import { refuseSharedSecrets, refuseUnsafeNode } from './config/safety.ts';
import { type Environment, Settings } from './config/settings.ts';
import {
  BOOLEAN,
  BUDGET,
  type Budget,
  duration,
  durationOrForever,
  FOLDER,
  FRACTION,
  KEY_SIZE,
  LOG_LEVEL,
  PORT,
} from './config/values.ts';

export type { NamespacedName } from './config/names.ts';

/** Every setting of the sidecar, read from the environment and checked once, at start. */
export interface Config extends NeighbourSettings {
  /** APP_COMPASS_CONNECTION_NAME */
  readonly connectionName: string;
  /** The namespace of Lease, journal, state and report: POD_NAMESPACE, else the service account's, else that of the configuration Secret. */
  readonly ownNamespace: string;
  /** APP_AGENT_CONFIGURATION_SECRET, APP_CLUSTER_CERTIFICATES_SECRET, APP_CA_CERTIFICATES_SECRET */
  readonly configurationSecret: NamespacedName;
  readonly clientSecret: NamespacedName;
  readonly caSecret: NamespacedName;
  /** APP_INTEGRATION_NAMESPACE */
  readonly integrationNamespace: string;
  /** APP_CONTROLLER_SYNC_PERIOD (60s, jittered) and APP_MINIMAL_COMPASS_SYNC_TIME (10s) */
  readonly syncPeriodMs: number;
  readonly minimalSyncMs: number;
  /** APP_CERT_VALIDITY_RENEWAL_THRESHOLD: the fraction of the validity that is left when a renewal is due; jitter only where it was not set. */
  readonly renewalThreshold: number;
  readonly renewalJitter: number;
  readonly skipCompassTlsVerify: boolean;
  readonly skipAppsTlsVerify: boolean;
  /** APP_CENTRAL_GATEWAY_SERVICE_URL, without a slash at the end */
  readonly centralGatewayUrl: string;
  readonly queryLogging: boolean;
  readonly eventsUrl: string;
  readonly consoleUrl: string;
  readonly healthPort: number;
  /** APP_COMPASS_CA_BUNDLE and NODE_EXTRA_CA_CERTS: paths of PEM files */
  readonly caBundleFiles: readonly string[];
  /** APP_DELETION_BUDGET: a count, or a fraction of the Applications present */
  readonly deletionBudget: Budget;
  /** APP_DELETION_HOLD; Infinity is `forever` */
  readonly deletionHoldMs: number;
  /** APP_STATUS_PERIOD */
  readonly statusPeriodMs: number;
  /** APP_COMPASS_ALLOWED_HOSTS */
  readonly allowedHosts: readonly string[];
  /** APP_ALLOW_CLOCK_SKEW */
  readonly allowClockSkew: boolean;
  readonly logLevel: LogLevel;
  /** APP_MIRROR_FOLDER: a folder in memory; undefined keeps nothing there */
  readonly mirrorFolder: string | undefined;
  /** APP_KEY_SIZE: bits of the RSA key, 4096 unless set */
  readonly keySize: number;
  /** POD_NAME or HOSTNAME: which replica this is */
  readonly podName: string;
  readonly proxy: { readonly httpsProxy?: string; readonly noProxy?: string };
}

/** Our own renewal point, half of the validity give or take a tenth, so that a fleet does not renew in step. */
const DEFAULT_THRESHOLD = 0.5;
const DEFAULT_JITTER = 0.1;

/**
 * Reads every setting, and where it is given judges how Node runs the program. `warnings` are for the log: what was accepted
 * but should be looked at.
 * Throws one InvalidSetting that names every setting that cannot be used, its value and what is allowed.
 */
export function readConfig(
  env: Environment,
  place: OwnPlace = THIS_POD,
  node?: RunningNode,
): { readonly config: Config; readonly warnings: readonly string[] } {
  const settings = new Settings(env);
  refuseUnsafeNode(settings, node);
  const config = {
    ...readPlaces(settings, place),
    ...readTimes(settings),
    ...readCompass(settings),
    skipAppsTlsVerify: settings.read('APP_SKIP_APPS_TLS_VERIFY', BOOLEAN, false),
    deletionBudget: settings.read('APP_DELETION_BUDGET', BUDGET, { fraction: 0.1 }),
    healthPort: settings.read('APP_HEALTH_PORT', PORT, 8090),
    logLevel: settings.read('APP_LOG_LEVEL', LOG_LEVEL, 'info'),
    podName: readPodName(settings, place),
    mirrorFolder: settings.read<string | undefined>('APP_MIRROR_FOLDER', FOLDER, undefined),
    ...readNeighbours(settings),
  } satisfies Config;
  settings.finish(node?.args ?? [], settings.read('APP_STRICT_SETTINGS', BOOLEAN, false));
  return { config, warnings: settings.warnings };
}

function readPlaces(settings: Settings, place: OwnPlace) {
  const secrets = {
    APP_AGENT_CONFIGURATION_SECRET: readSecretName(settings, 'APP_AGENT_CONFIGURATION_SECRET', {
      namespace: 'compass-system',
      name: 'compass-agent-configuration',
    }),
    APP_CLUSTER_CERTIFICATES_SECRET: readSecretName(settings, 'APP_CLUSTER_CERTIFICATES_SECRET', {
      namespace: 'compass-system',
      name: 'cluster-client-certificates',
    }),
    APP_CA_CERTIFICATES_SECRET: readSecretName(settings, 'APP_CA_CERTIFICATES_SECRET', {
      namespace: 'istio-system',
      name: 'ca-certificates',
    }),
  };
  const configurationSecret = secrets.APP_AGENT_CONFIGURATION_SECRET;
  const connectionName = settings.readName('APP_COMPASS_CONNECTION_NAME', CONNECTION_NAME, DEFAULT_CONNECTION_NAME);
  const ownNamespace = readOwnNamespace(settings, place, configurationSecret.namespace);
  refuseSharedSecrets(settings, secrets, ownNamespace, connectionName);
  return {
    connectionName,
    ownNamespace,
    configurationSecret,
    clientSecret: secrets.APP_CLUSTER_CERTIFICATES_SECRET,
    caSecret: secrets.APP_CA_CERTIFICATES_SECRET,
    integrationNamespace: settings.readName('APP_INTEGRATION_NAMESPACE', NAMESPACE_NAME, 'kyma-system'),
  };
}

function readSecretName(settings: Settings, setting: Setting, otherwise: NamespacedName): NamespacedName {
  const secret = settings.readName(setting, SECRET_NAME, otherwise);
  if (settings.text(setting)?.includes('/') === false) {
    settings.warn(`${setting} names no namespace, so that it means ${secret.namespace}/${secret.name}`);
  }
  return secret;
}

function readTimes(settings: Settings) {
  const threshold = 'APP_CERT_VALIDITY_RENEWAL_THRESHOLD';
  return {
    syncPeriodMs: settings.read('APP_CONTROLLER_SYNC_PERIOD', duration('100ms', '24h'), 60_000),
    minimalSyncMs: settings.read('APP_MINIMAL_COMPASS_SYNC_TIME', duration('100ms', '24h'), 10_000),
    renewalThreshold: settings.read(threshold, FRACTION, DEFAULT_THRESHOLD),
    renewalJitter: settings.text(threshold) === undefined ? DEFAULT_JITTER : 0,
    deletionHoldMs: settings.read('APP_DELETION_HOLD', durationOrForever('1s', '8760h'), 15 * 60_000),
    statusPeriodMs: settings.read('APP_STATUS_PERIOD', duration('1s', '24h'), 5 * 60_000),
  };
}

function readCompass(settings: Settings) {
  const httpsProxy = settings.text('HTTPS_PROXY') ?? settings.text('https_proxy');
  const noProxy = settings.text('NO_PROXY') ?? settings.text('no_proxy');
  const bundles = [settings.text('APP_COMPASS_CA_BUNDLE'), settings.text('NODE_EXTRA_CA_CERTS')];
  const gateway = 'http://central-application-gateway.kyma-system.svc.cluster.local:8082';
  return {
    skipCompassTlsVerify: settings.read('APP_SKIP_COMPASS_TLS_VERIFY', BOOLEAN, false),
    centralGatewayUrl: settings.read('APP_CENTRAL_GATEWAY_SERVICE_URL', BASE_URL, gateway),
    queryLogging: settings.read('APP_QUERY_LOGGING', BOOLEAN, false),
    eventsUrl: settings.read('APP_RUNTIME_EVENTS_URL', HTTP_URL, 'https://gateway.kyma.local'),
    consoleUrl: settings.read('APP_RUNTIME_CONSOLE_URL', HTTP_URL, 'https://console.kyma.local'),
    caBundleFiles: bundles.filter((path) => path !== undefined),
    allowedHosts: settings.read('APP_COMPASS_ALLOWED_HOSTS', HOSTS, []),
    allowClockSkew: settings.read('APP_ALLOW_CLOCK_SKEW', BOOLEAN, false),
    keySize: settings.read('APP_KEY_SIZE', KEY_SIZE, 4096),
    proxy: { ...(httpsProxy ? { httpsProxy } : {}), ...(noProxy ? { noProxy } : {}) },
  };
}
