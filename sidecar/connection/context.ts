import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import type { Transport } from '#common/compass/endpoint.ts';
import type { Log } from '#common/log.ts';
import type { Config } from '../config.ts';
import type { CompassTime } from './compass-time.ts';
import type { DocumentStore } from './document-store.ts';
import type { Journal } from './journal.ts';
import type { JournalMirror } from './journal-mirror.ts';
import type { StoredState } from './state.ts';
import type { Steps } from './steps.ts';

/** What every step of the connection works with. */
export interface ConnectionContext {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: Config;
  readonly transport: Transport;
  /** By which the dates of certificates are judged. */
  readonly compassTime: CompassTime;
  readonly journal: DocumentStore<Journal>;
  /** Where the journal is while the cluster does not take it. */
  readonly mirror: JournalMirror;
  readonly state: DocumentStore<StoredState>;
  /** What a pairing or renewal shows while it goes on. */
  readonly steps: Steps;
  /** Whether this replica leads, on the monotonic clock: asked right before each call that matters. */
  readonly isLeader: () => boolean;
  /** Whether it leads without a Lease, because it has no right to one: somebody else may do so, too. */
  readonly worksAlone: () => boolean;
  /** Set at SIGTERM: from then on no call starts that carries a token or makes a certificate. */
  readonly stopping: AbortSignal;
}
