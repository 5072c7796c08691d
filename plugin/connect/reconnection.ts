import type { Cluster } from '#common/cluster/cluster.ts';
import type { FoundConnection } from '../connection/find.ts';
import type { DryRun } from '../dry-run.ts';

/** What every way to a new pairing works with. */
export interface Reconnection {
  readonly cluster: Cluster;
  readonly target: FoundConnection;
  readonly dryRun: DryRun;
  readonly waits: boolean;
  readonly timeoutMs: number;
}
