import { GraphQLError } from 'graphql';
import type { Exchange } from '../gateway/exchange.ts';
import type { Identity } from '../identities.ts';

/** A revoked certificate and one whose identity is gone look the same as none. */
function certificateIdentity({ certificate, compass }: Exchange): Identity | undefined {
  if (certificate === undefined || compass.certificates.isRevoked(certificate.fingerprint)) return undefined;
  return compass.identities.find(certificate.clientId);
}

/** The identity behind the token or else the certificate; undefined where neither proves one. */
export function authenticate(exchange: Exchange): Identity | undefined {
  return exchange.tokenIdentity ?? certificateIdentity(exchange);
}

/** The same, as a GraphQL error that does not tell why. */
export function requireIdentity(exchange: Exchange): Identity {
  const identity = authenticate(exchange);
  if (identity !== undefined) return identity;
  const token = 'no client id for a one-time token in the request';
  const certificate = 'no client id for a client certificate in the request';
  throw new GraphQLError(
    `Failed to authenticate request. Token authentication error: ${token}. Certificate authentication error: ${certificate}`,
  );
}
