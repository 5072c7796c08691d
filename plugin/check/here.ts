import { checkClock } from '#common/checks/clock.ts';
import { checkReach } from '#common/checks/way.ts';
import type { Endpoint, Transport } from '#common/compass/endpoint.ts';
import type { PlacedFinding } from './finding.ts';

/** Where the connection says that Compass is. */
export interface CompassUrls {
  readonly connectorUrl?: string | undefined;
  readonly directorUrl?: string | undefined;
  readonly runtimeId?: string | undefined;
}

/** The ways to Connector and Director from this machine: without the key, and so without an identity. */
export async function checkFromHere(
  { connectorUrl, directorUrl, runtimeId }: CompassUrls,
  transport: Transport,
): Promise<PlacedFinding[]> {
  const endpoints: Endpoint[] = [
    ...(connectorUrl ? [{ url: connectorUrl, target: 'connector', runtimeId } as const] : []),
    ...(directorUrl ? [{ url: directorUrl, target: 'director', runtimeId } as const] : []),
  ];
  const reached = await Promise.all(endpoints.map((endpoint) => checkReach(endpoint, { transport })));
  if (reached.length === 0) {
    const message = 'nothing says where Compass is: --connector-url does';
    return [{ category: 'connector', name: 'reach', from: 'here', status: 'skipped', message }];
  }
  // Without a certificate most answers end before they say what time it is: nothing to speak of.
  const clock = [checkClock(reached)].filter(({ status }) => status !== 'skipped');
  return [...reached, ...clock].map((finding) => withNext({ ...finding, from: 'here' }));
}

/** What helps here is not what helps in the cluster, which is what the table says. */
function withNext(finding: PlacedFinding): PlacedFinding {
  const { reason, facts } = finding;
  if (reason === 'CompassUntrusted')
    return { ...finding, next: 'give the CA of Compass, or of your proxy, by --compass-ca' };
  if (reason === 'ClockSkew') return { ...finding, next: 'correct the clock of this machine' };
  if (finding.status !== 'error') return finding;
  const proxy = facts?.['proxy'];
  const next =
    proxy === undefined
      ? 'look at the network of this machine: name server, firewall, HTTPS_PROXY'
      : `look at HTTPS_PROXY and NO_PROXY here: it goes through ${proxy}`;
  return { ...finding, next };
}
