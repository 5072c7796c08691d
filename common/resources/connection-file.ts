/** What `connection.json` beside a workload says. Within v1 fields are only added; a reader ignores what it does not know. */
export interface ConnectionFile {
  readonly schemaVersion: 'v1';
  /** Rises with each set of files that takes the place of another; goes on where it was when a container restarts. */
  readonly generation: number;
  /** The name of the CompassConnection; null beside the reference agent. */
  readonly connection: string | null;
  /** Null, like all below but the fingerprint and the dates, where the Secret does not say it of this certificate. */
  readonly connectorUrl: string | null;
  readonly directorUrl: string | null;
  /** Null also where the connection has none. */
  readonly tenant: string | null;
  readonly runtimeId: string | null;
  /** SHA-256 of the certificate in `tls.crt`, in lower-case hex. */
  readonly fingerprint: string;
  /** RFC 3339, UTC, whole seconds. */
  readonly notBefore: string;
  readonly notAfter: string;
}

/** Names of the files, all of which are in every set. */
export const CREDENTIAL_FILES = {
  certificate: 'tls.crt',
  key: 'tls.key',
  authorities: 'ca.crt',
  connection: 'connection.json',
} as const;
