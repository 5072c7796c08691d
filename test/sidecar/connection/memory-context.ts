import type { Cluster } from '#common/cluster/cluster.ts';
import { silentLog } from '#common/log.ts';
import { Sensitive } from '#common/sensitive.ts';
import { readConfig } from '../../../sidecar/config.ts';
import { CompassTime } from '../../../sidecar/connection/compass-time.ts';
import type { ConnectionContext } from '../../../sidecar/connection/context.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import type {
  ConfiguredJournal,
  IssuedJournal,
  Journal,
  PreparedJournal,
} from '../../../sidecar/connection/journal.ts';
import { JournalMirror } from '../../../sidecar/connection/journal-mirror.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import type { StoredState } from '../../../sidecar/connection/state.ts';
import { Steps } from '../../../sidecar/connection/steps.ts';
import { ManualClock } from '../manual-clock.ts';

/** What a step works with where its documents are in memory; without a cluster and a Compass unless they are given. */
export function memoryContext(parts: Partial<ConnectionContext> = {}, clock = new ManualClock()) {
  const { config } = readConfig({ POD_NAMESPACE: 'compass-system', POD_NAME: 'pod-a', APP_KEY_SIZE: '2048' });
  const context: ConnectionContext = {
    cluster: {} as Cluster,
    clock,
    log: silentLog,
    config,
    transport: {},
    compassTime: new CompassTime(clock),
    journal: new DocumentStore(memoryDocument<Journal>()),
    mirror: new JournalMirror(undefined, 'compass-connection', silentLog),
    state: new DocumentStore(memoryDocument<StoredState>()),
    steps: new Steps(clock),
    isLeader: () => true,
    worksAlone: () => false,
    stopping: new AbortController().signal,
    ...parts,
  };
  return { context, clock };
}

const URLS = { connector: 'https://connector.example/graphql', director: 'https://director.example/graphql' };

/** A pairing under way, in each of its phases. */
export const PREPARED: PreparedJournal = {
  phase: 'prepared',
  purpose: 'pair',
  startedAt: 1,
  key: new Sensitive('key'),
  tokenHash: 'hash',
};
export const CONFIGURED: ConfiguredJournal = {
  ...PREPARED,
  phase: 'configured',
  configuredAt: 1,
  subject: 'CN=somebody',
  urls: URLS,
};
export const ISSUED: IssuedJournal = { ...PREPARED, phase: 'issued', urls: URLS, leaf: 'l', chain: 'c', ca: 'ca' };
