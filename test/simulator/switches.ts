/** What about this Compass can be changed while it runs. Every field can be set by `PATCH /switches`. */
export interface Switches {
  /** How a refused token or an unauthenticated call looks at the Connector: a GraphQL error at 200, or 400 with an empty body. */
  connectorRefusal: 'graphql' | 'http400';
  /** How an unauthenticated call looks at the Director: error 26 at HTTP 200, or HTTP 401. */
  directorRefusal: 'graphql' | 'http401';
  /** Tokens are refused like used ones, but not consumed. */
  tokenDatabaseDown: boolean;
  runtimeTokenLifetimeSeconds: number;
  applicationTokenLifetimeSeconds: number;
  /** `refused`: Connector and Director refuse a revoked certificate at once. `notRenewable`: only the Connector does. */
  revocation: 'refused' | 'notRenewable';
  certificateLifetimeSeconds: number;
  /** Moves NotBefore (and NotAfter with it); a server's clock that is ahead has a positive one. */
  certificateOffsetSeconds: number;
  chainWithRoot: boolean;
  /** The order of attributes in the subject string. */
  subjectOrder: string[];
  /** What the subject string asks for, unescaped. */
  subjectValues: { O: string; OU: string; L: string; ST: string; C: string };
  /** The URLs that `configuration` names; `listening` stands for where this simulator listens. */
  directorURL: string | null;
  certificateSecuredConnectorURL: string | null;
  /** What a Runtime's certificate may do. */
  runtimeScopes: string[];
  applicationScopes: string[];
  /** One token bucket for all callers of this gateway; 0 switches it off. */
  rateLimitPerMinute: number;
  /** Whether a request that the rate limit refuses has lost its token already. */
  rateLimitConsumesToken: boolean;
  /**
   * Both doors by certificate end every handshake with this alert (RFC 8446: 42 bad, 44 revoked, 45 expired, 46 unknown certificate,
   * 48 unknown CA), as Envoy does with a certificate that it does not like. Null: Node's own TLS, which resets the connection.
   */
  handshakeAlert: number | null;
  /** Moves the `Date` header of every answer. */
  dateSkewSeconds: number;
  /** Answers for a page of Applications what it answered before, until one of them changes: for load. */
  rememberListings: boolean;
}

/** Stands for the simulator's own listeners in the two URL switches. */
export const LISTENING = 'listening';

/** Compass as it is installed today. */
export function defaultSwitches(): Switches {
  return {
    connectorRefusal: 'graphql',
    directorRefusal: 'graphql',
    tokenDatabaseDown: false,
    runtimeTokenLifetimeSeconds: 60 * 60,
    applicationTokenLifetimeSeconds: 5 * 60,
    revocation: 'refused',
    certificateLifetimeSeconds: 90 * 24 * 60 * 60,
    certificateOffsetSeconds: 0,
    chainWithRoot: true,
    subjectOrder: ['O', 'OU', 'L', 'ST', 'C', 'CN'],
    subjectValues: { O: 'Sample Organization', OU: 'Sample Unit', L: 'Walldorf', ST: 'Baden', C: 'DE' },
    directorURL: LISTENING,
    certificateSecuredConnectorURL: LISTENING,
    runtimeScopes: [
      'runtime:read',
      'runtime:write',
      'application:read',
      'runtime.auths:read',
      'bundle.instance_auths:read',
    ],
    applicationScopes: [
      'application:read',
      'application:write',
      'application.auths:read',
      'bundle.instance_auths:read',
    ],
    rateLimitPerMinute: 500,
    rateLimitConsumesToken: true,
    handshakeAlert: null,
    dateSkewSeconds: 0,
    rememberListings: false,
  };
}
