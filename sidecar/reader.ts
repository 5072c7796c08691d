import { connectCluster } from '#common/cluster/connect.ts';
import type { Log } from '#common/log.ts';
import { VERSION } from '#common/version.ts';
import { CompassWire } from './compass-wire.ts';
import type { Config } from './config.ts';
import { runConfigured } from './configured.ts';
import { Liveness } from './health/liveness.ts';
import { processMetrics } from './health/process-metrics.ts';
import { serveHealth } from './health/server.ts';
import { Neighbours } from './neighbours/neighbours.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * The sidecar as a reader (APP_MODE): brings the credentials that another sidecar keeps in the client Secret to the workloads
 * beside it, until it is told to stop. It reads that one Secret and nothing else, and writes nothing to the cluster. Returns the
 * exit code: 0, or 2 where a setting is wrong.
 */
export function runReader(surroundings: Surroundings): Promise<number> {
  return runConfigured(surroundings, serve);
}

async function serve(surroundings: Surroundings, config: Config, log: Log): Promise<void> {
  const { env, clock, random, stopping, trust, keepSmall } = surroundings;
  const wire = await CompassWire.open({ config, clock, log, stopping, trust });
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
    log.info('started', { version: VERSION, mode: 'reader', cluster: cluster.server, healthPort: server.port });
    const resting = [liveness.watch(ended.signal), keepSmall?.(() => neighbours.isBusy, ended.signal)];
    try {
      await neighbours.run(stopping);
    } finally {
      ended.abort();
      await Promise.all([...resting, server.close()]);
    }
  } finally {
    await neighbours.close();
    wire.close();
    cluster.close();
  }
}
