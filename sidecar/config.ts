import type { LogLevel } from '#common/log.ts';

/** Where a namespaced object is. */
export interface NamespacedName {
  readonly namespace: string;
  readonly name: string;
}

/** Every setting of the sidecar, read from the environment and checked once, at start. */
export interface Config {
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
  readonly deletionBudget: { readonly count: number } | { readonly fraction: number };
  /** APP_DELETION_HOLD; Infinity is `forever` */
  readonly deletionHoldMs: number;
  /** APP_STATUS_PERIOD */
  readonly statusPeriodMs: number;
  /** APP_COMPASS_ALLOWED_HOSTS */
  readonly allowedHosts: readonly string[];
  /** APP_ALLOW_CLOCK_SKEW */
  readonly allowClockSkew: boolean;
  readonly logLevel: LogLevel;
  /** APP_KEY_SIZE: bits of the RSA key, 4096 unless set */
  readonly keySize: number;
  /** HOSTNAME or POD_NAME: which replica this is */
  readonly podName: string;
  readonly proxy: { readonly httpsProxy?: string; readonly noProxy?: string };
}
