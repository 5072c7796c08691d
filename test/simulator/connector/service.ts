import { GraphQLError } from 'graphql';
import { emptyAnswer } from '../gateway/answer.ts';
import type { Exchange } from '../gateway/exchange.ts';
import type { Service } from '../gateway/forward.ts';
import { CONNECTOR_SDL } from '../schema/connector.ts';
import { resolveBy } from '../schema/resolve.ts';
import { authenticate, requireIdentity } from './authenticate.ts';
import { configuration } from './configuration.ts';
import { signCertificateSigningRequest } from './sign.ts';

/** Puts the caller's certificate on the revocation list; a token cannot revoke. */
function revokeCertificate(exchange: Exchange): boolean {
  requireIdentity(exchange);
  if (exchange.certificate === undefined) throw new GraphQLError('no client certificate in the request to revoke');
  exchange.compass.certificates.revoke(exchange.certificate.fingerprint);
  return true;
}

const isProbe = (exchange: Exchange): boolean => exchange.logged.rootFields.every((field) => field.startsWith('__'));

/** The Connector behind both of its doors. */
export function connectorService(): Service {
  return {
    schema: resolveBy<Exchange>(CONNECTOR_SDL, {
      Query: { configuration: (_parent, _arguments, exchange) => configuration(exchange) },
      Mutation: {
        signCertificateSigningRequest: (_parent, { csr }: { csr: string }, exchange) =>
          signCertificateSigningRequest(csr, exchange),
        revokeCertificate: (_parent, _arguments, exchange) => revokeCertificate(exchange),
      },
    }),
    context: (exchange) => exchange,
    refuse: (exchange) => {
      const isPlain = exchange.compass.switches.connectorRefusal === 'graphql' || isProbe(exchange);
      return isPlain || authenticate(exchange) !== undefined ? undefined : emptyAnswer(400);
    },
  };
}
