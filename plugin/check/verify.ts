import type { Cluster } from '#common/cluster/cluster.ts';
import type { Invocation } from '../command.ts';
import { type FindOptions, findConnection } from '../connection/find.ts';
import { requireResource } from '../requests/ask.ts';
import { askForCheck } from './ask.ts';
import { conclude } from './conclude.ts';
import type { PlacedFinding } from './finding.ts';
import type { CheckRun } from './run.ts';
import { checkStored } from './stored.ts';

export interface VerifyOptions extends FindOptions {
  readonly cluster: Cluster;
  /** Let the sidecar show the certificate to Connector and Director. */
  readonly live: boolean;
  readonly timeoutMs: number;
}

const LIVE = ['identity', 'connector', 'director'];

/** Verifies the client certificate. Throws what findConnection throws; with `live` whatever keeps the sidecar from answering. */
export async function verifyCertificate(
  invocation: Pick<Invocation, 'clock' | 'flags' | 'interrupted' | 'progress'>,
  { cluster, live, timeoutMs, ...place }: VerifyOptions,
): Promise<CheckRun> {
  const connection = await findConnection(cluster, place);
  const { name, namespace } = connection;
  if (live) requireResource(connection);
  const [stored, shown] = await Promise.all([
    checkStored(cluster, connection, invocation.clock.now()),
    live ? askForCheck(invocation, { cluster, connection, timeoutMs }) : [],
  ]);
  const asked = shown.filter(({ category }) => LIVE.includes(category)).map(inFull);
  return { ...conclude([...stored, ...asked]), connection: name, namespace };
}

/** A way that was gone, with all that people compare: TLS, clock, proxy. */
function inFull(finding: PlacedFinding): PlacedFinding {
  const { name, category, status, facts = {} } = finding;
  if (name !== 'reach' || status !== 'ok') return finding;
  const skewMs = Number(facts['clockSkewMs']);
  const parts = [
    `${facts['latencyMs']}ms`,
    facts['tlsVersion'],
    Number.isFinite(skewMs) && `clock ${(Math.abs(skewMs) / 1_000).toFixed(1)}s off`,
    facts['proxy'] === undefined ? 'no proxy' : `through ${facts['proxy']}`,
  ];
  return { ...finding, name: 'way', message: `${category}: ${parts.filter((part) => part).join(', ')}` };
}
