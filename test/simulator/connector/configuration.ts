import type { Exchange } from '../gateway/exchange.ts';
import { LISTENING } from '../switches.ts';
import { requireIdentity } from './authenticate.ts';

function subjectFor(clientId: string, { compass }: Exchange): string {
  const { subjectOrder, subjectValues } = compass.switches;
  const values: Record<string, string> = { ...subjectValues, CN: clientId };
  return subjectOrder.map((name) => `${name}=${values[name] ?? ''}`).join(',');
}

/** Mints the identity's next token, over an outstanding one, and says what the request for a certificate must look like. */
export function configuration(exchange: Exchange) {
  const identity = requireIdentity(exchange);
  const { identities, switches, urls } = exchange.compass;
  const named = (url: string | null, own: string): string | null => (url === LISTENING ? own : url);
  return {
    token: { token: identities.mint(identity).value },
    certificateSigningRequestInfo: { subject: subjectFor(identity.clientId, exchange), keyAlgorithm: 'rsa2048' },
    managementPlaneInfo: {
      directorURL: named(switches.directorURL, urls.director),
      certificateSecuredConnectorURL: named(switches.certificateSecuredConnectorURL, urls.connectorMtls),
    },
  };
}
