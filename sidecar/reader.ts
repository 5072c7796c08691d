import type { Clock } from '#common/clock.ts';
import { connectCluster } from '#common/cluster/connect.ts';
import type { Log } from '#common/log.ts';
import { VERSION } from '#common/version.ts';
import { CompassWire } from './compass-wire.ts';
import type { Config } from './config.ts';
import { Liveness } from './health/liveness.ts';
import { processMetrics } from './health/process-metrics.ts';
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
  /** Keeps the heap small until the signal, where the process is the reader's alone. */
  readonly keepSmall?: (isBusy: () => boolean, signal: AbortSignal) => Promise<void>;
}

/**
 * The sidecar as a reader (APP_MODE): brings the credentials that another sidecar keeps in the client Secret to the workloads
 * beside it. It reads that one Secret and nothing else, and writes nothing to the cluster. Throws InvalidSetting.
 */
export async function runReader({
  env,
  config,
  clock,
  random,
  log,
  stopping,
  keepSmall,
}: ReaderOptions): Promise<void> {
  const wire = await CompassWire.open({ config, clock, log, stopping });
  const cluster = await connectCluster({ env, clock, userAgent: `compass-sidecar/${VERSION}` });
  const { transport, roots } = wire;
  const neighbours = await Neighbours.open({ config, cluster, transport, roots, clock, log, random });
  const liveness = new Liveness(clock);
  const ended = new AbortController();
  try {
    const server = await serveHealth(config.healthPort, {
      live: () => liveness.verdict(),
      ready: () => neighbours.verdict(),
      metrics: () => Promise.resolve(neighbours.metrics() + processMetrics(VERSION, liveness.lagMs)),
    });
    void liveness.watch(ended.signal);
    log.info('started', { version: VERSION, mode: 'reader', cluster: cluster.server, healthPort: server.port });
    void keepSmall?.(() => neighbours.isBusy, ended.signal);
    try {
      await neighbours.run(stopping);
    } finally {
      ended.abort();
      await server.close();
    }
  } finally {
    await neighbours.close();
    wire.close();
    cluster.close();
  }
}
