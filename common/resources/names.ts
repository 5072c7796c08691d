/** The names that plugin, sidecar and the resources in a cluster share. */

/** Prefix of every annotation of ours. */
export const ANNOTATION_PREFIX = 'compass.kyma-project.io/';

/** On Applications and their Secrets: the name of the CompassConnection that keeps them. */
export const CONNECTION_ANNOTATION = `${ANNOTATION_PREFIX}connection`;

/** On an Application that could not be synchronized, while it fails: why. */
export const SYNC_ERROR_ANNOTATION = `${ANNOTATION_PREFIX}sync-error`;

/** On the Secrets of Applications: a keyed fingerprint of the content, and when the content last changed (RFC 3339). */
export const FINGERPRINT_ANNOTATION = `${ANNOTATION_PREFIX}fingerprint`;
export const ROTATED_AT_ANNOTATION = `${ANNOTATION_PREFIX}rotated-at`;

/** On the Secrets of credentials: the block of the entries that name it, as JSON without the Secret's name. */
export const ACCESS_ANNOTATION = `${ANNOTATION_PREFIX}access`;

/** The reference agent's label on Applications, kept as it is because others select by it. */
export const MANAGED_BY_LABEL = 'applicationconnector.kyma-project.io/managed-by';
export const MANAGED_BY_VALUE = 'compass-runtime-agent';

/** Field manager of the sidecar's server-side apply, and the one of the fields written once, at creation. */
export const SIDECAR_FIELD_MANAGER = 'compass-sidecar';
export const DEFAULTS_FIELD_MANAGER = 'compass-sidecar-defaults';

/** The connection that the reference agent keeps, and ours unless told otherwise. */
export const DEFAULT_CONNECTION_NAME = 'compass-connection';

/** By which the plugin finds sidecars and their reports. */
export const SIDECAR_LABELS: Readonly<Record<string, string>> = { 'app.kubernetes.io/name': 'compass-sidecar' };

/** Names of a connection's own objects, all in the sidecar's namespace. */
export function ownObjectNames(connectionName: string): {
  readonly lease: string;
  readonly journal: string;
  readonly state: string;
  readonly report: string;
  readonly plan: string;
  readonly secrets: string;
} {
  return {
    lease: `${connectionName}-lease`,
    journal: `${connectionName}-journal`,
    state: `${connectionName}-state`,
    report: `${connectionName}-report`,
    plan: `${connectionName}-plan`,
    secrets: `${connectionName}-secrets`,
  };
}
