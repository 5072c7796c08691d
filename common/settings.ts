/** Settings of the reference agent that are accepted, and that nothing here follows. */
export const WITHOUT_EFFECT = [
  'APP_GATEWAY_PORT',
  'APP_CA_CERT_SECRET_TO_MIGRATE',
  'APP_CA_CERT_SECRET_KEYS_TO_MIGRATE',
  'APP_METRICS_LOGGING_TIME_INTERVAL',
] as const;

/** The variables that the sidecar of this version takes; what each says is in docs/settings.md. */
export const SETTINGS = [
  'APP_AGENT_CONFIGURATION_SECRET',
  'APP_CLUSTER_CERTIFICATES_SECRET',
  'APP_CA_CERTIFICATES_SECRET',
  'APP_COMPASS_CONNECTION_NAME',
  'APP_INTEGRATION_NAMESPACE',
  'APP_CONTROLLER_SYNC_PERIOD',
  'APP_MINIMAL_COMPASS_SYNC_TIME',
  'APP_CERT_VALIDITY_RENEWAL_THRESHOLD',
  'APP_KEY_SIZE',
  'APP_COMPASS_CA_BUNDLE',
  'APP_COMPASS_ALLOWED_HOSTS',
  'APP_SKIP_COMPASS_TLS_VERIFY',
  'APP_SKIP_APPS_TLS_VERIFY',
  'APP_CENTRAL_GATEWAY_SERVICE_URL',
  'APP_RUNTIME_EVENTS_URL',
  'APP_RUNTIME_CONSOLE_URL',
  'APP_MIRROR_FOLDER',
  'APP_DELETION_BUDGET',
  'APP_DELETION_HOLD',
  'APP_STATUS_PERIOD',
  'APP_ALLOW_CLOCK_SKEW',
  'APP_HEALTH_PORT',
  'APP_LOG_LEVEL',
  'APP_QUERY_LOGGING',
  'APP_STRICT_SETTINGS',
  'APP_MODE',
  'APP_CREDENTIALS_FOLDER',
  'APP_CREDENTIALS_FILE_MODE',
  'APP_CREDENTIALS_NOTIFY_URL',
  'APP_CREDENTIALS_NOTIFY_SIGNAL',
  'APP_DIRECTOR_PROXY_PORT',
  ...WITHOUT_EFFECT,
] as const;

export type Setting = (typeof SETTINGS)[number];

/** Whether a variable is one that looks like a setting, and that no sidecar of this version knows. */
export function isUnknownSetting(name: string): boolean {
  return name.startsWith('APP_') && !SETTINGS.some((setting) => setting === name);
}
