import type { ServerCredential } from './authority/server-authority.ts';
import type { Compass, Urls } from './compass.ts';
import { connectorService } from './connector/service.ts';
import { directorService } from './director/service.ts';
import { type Listener, type ListenerCredential, listen } from './gateway/listener.ts';
import { type Route, serve } from './gateway/serve.ts';
import type { SimulatorOptions } from './options.ts';

const CONNECTOR_PATH = '/connector/graphql';
const DIRECTOR_PATH = '/director/graphql';

/** The three TLS listeners of Compass. */
export interface Doors {
  urls: Urls;
  /** Shows another server certificate or trusts other client CAs, for connections to come. */
  show(credential: ServerCredential, clientCa: string[]): void;
  close(): Promise<void>;
}

/**
 * Opens the listeners: the token-secured one (Connector, and the Director for an administrator), and one each with required
 * client certificates for Connector and Director.
 */
export async function openDoors(
  compass: Compass,
  options: SimulatorOptions,
  credential: ServerCredential,
  clientCa: string[],
): Promise<Doors> {
  const host = options.address ?? '127.0.0.1';
  const connector: Route = { target: 'connector', service: connectorService() };
  const director: Route = { target: 'director', service: directorService() };
  const connectorMtls: Route = { target: 'connectorMtls', service: connector.service };
  const plain = (shown: ServerCredential): ListenerCredential => ({ cert: shown.certPem, key: shown.keyPem });
  const open = (port: number | undefined, routes: [string, Route][], shown: ListenerCredential): Promise<Listener> => {
    const table = new Map(routes);
    const handle: Parameters<typeof listen>[0]['serve'] = (incoming, response) =>
      serve(compass, table, incoming, response);
    const alert = (): number | null => (shown.clientCa === undefined ? null : compass.switches.handshakeAlert);
    return listen({ host, port: port ?? 0, credential: shown, alert, serve: handle });
  };
  const mutual = { ...plain(credential), clientCa };
  const [byToken, connectorByCertificate, directorByCertificate] = await Promise.all([
    open(
      options.connectorPort,
      [
        [CONNECTOR_PATH, connector],
        [DIRECTOR_PATH, director],
      ],
      plain(credential),
    ),
    open(options.connectorMtlsPort, [[CONNECTOR_PATH, connectorMtls]], mutual),
    open(options.directorPort, [[DIRECTOR_PATH, director]], mutual),
  ]);
  const listeners = [byToken, connectorByCertificate, directorByCertificate];
  const url = ({ port }: Listener, path: string): string => `https://${options.hostname ?? 'localhost'}:${port}${path}`;
  return {
    urls: {
      connector: url(byToken, CONNECTOR_PATH),
      connectorMtls: url(connectorByCertificate, CONNECTOR_PATH),
      director: url(directorByCertificate, DIRECTOR_PATH),
      directorAdmin: url(byToken, DIRECTOR_PATH),
    },
    show: (shown, trusted) => {
      byToken.show(plain(shown));
      for (const listener of [connectorByCertificate, directorByCertificate]) {
        listener.show({ ...plain(shown), clientCa: trusted });
      }
    },
    close: async () => {
      await Promise.all(listeners.map((listener) => listener.close()));
    },
  };
}
