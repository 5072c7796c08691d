import type { Clock } from '#common/clock.ts';
import { connectCluster } from '#common/cluster/connect.ts';
import type { Log } from '#common/log.ts';
import { VERSION } from '#common/version.ts';
import { CompassWire } from './compass-wire.ts';
import type { Config } from './config.ts';
import { Liveness } from './health/liveness.ts';
import { serveHealth } from './health/server.ts';
import { Neighbours } from './neighbours/neighbours.ts';

export interface ReaderOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config: Config;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** Set at SIGTERM. */
  readonly stopping: AbortSignal;
}

/**
 * The sidecar as a reader (APP_MODE): brings the credentials that another sidecar keeps in the client Secret to the workloads
 * beside it. It reads that one Secret and nothing else, and writes nothing to the cluster. Throws InvalidSetting.
 */
export async function runReader({ env, config, clock, random, log, stopping }: ReaderOptions): Promise<void> {
  const wire = await CompassWire.open({ config, clock, log, stopping });
  const cluster = await connectCluster({ env, clock, userAgent: `compass-sidecar/${VERSION}` });
  const { transport } = wire;
  const neighbours = Neighbours.open({
    config,
    cluster,
    transport,
    roots: transport.extraRoots ?? [],
    clock,
    log,
    random,
  });
  const liveness = new Liveness(clock);
  const server = await serveHealth(config.healthPort, {
    live: () => liveness.verdict(),
    ready: () => neighbours.verdict(),
    metrics: () => Promise.resolve(''),
  });
  const ended = new AbortController();
  void liveness.watch(ended.signal);
  log.info('started', { version: VERSION, mode: 'reader', cluster: cluster.server, healthPort: server.port });
  try {
    await neighbours.run(stopping);
  } finally {
    ended.abort();
    wire.close();
    await server.close();
    cluster.close();
  }
}
