import type { Certificates } from './authority/certificates.ts';
import type { ClientAuthority } from './authority/client-authority.ts';
import type { Faults } from './faults/faults.ts';
import type { TokenBucket } from './gateway/token-bucket.ts';
import type { Identities } from './identities.ts';
import type { Landscape } from './landscape.ts';
import type { RequestLog } from './request-log.ts';
import type { Switches } from './switches.ts';

/** The GraphQL endpoints as faults and the request log name them. The Director has two doors: by certificate and by bearer token. */
export type Target = 'connector' | 'connectorMtls' | 'director';

export interface Urls {
  /** The token-secured Connector: CONNECTOR_URL. */
  connector: string;
  connectorMtls: string;
  /** The Director for callers with a client certificate. */
  director: string;
  /** The Director for an administrator with a bearer token. */
  directorAdmin: string;
}

/** Everything that the two services and the gateway before them share. */
export interface Compass {
  switches: Switches;
  landscape: Landscape;
  identities: Identities;
  certificates: Certificates;
  faults: Faults;
  requests: RequestLog;
  bucket: TokenBucket;
  urls: Urls;
  adminToken: string;
  clientAuthority(): ClientAuthority;
  /** Milliseconds since the epoch, for tokens. */
  now(): number;
  /** Aborts when the simulator closes. */
  closing: AbortSignal;
}
