import type { Cluster } from '#common/cluster/cluster.ts';
import { connectCluster } from '#common/cluster/connect.ts';
import { errorFields, type Log } from '#common/log.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { directorListing } from '#common/sync/director-source.ts';
import { createSynchronizer } from '#common/sync/synchronize.ts';
import { WatchedPresent } from '#common/sync/watched-present.ts';
import { VERSION } from '#common/version.ts';
import { CompassWire } from './compass-wire.ts';
import type { Config } from './config.ts';
import { runConfigured } from './configured.ts';
import { ConnectionStep } from './connection/connection-step.ts';
import type { ConnectionContext } from './connection/context.ts';
import { Disconnection } from './connection/disconnect.ts';
import { DocumentStore } from './connection/document-store.ts';
import { JOURNAL_FORMAT } from './connection/journal.ts';
import { JournalMirror } from './connection/journal-mirror.ts';
import { type DocumentFormat, secretDocument } from './connection/secret-document.ts';
import { StartPace } from './connection/start-pace.ts';
import { STATE_FORMAT } from './connection/state.ts';
import { Steps } from './connection/steps.ts';
import { countedListing } from './counted-listing.ts';
import { requestHandlers } from './handlers.ts';
import { Health } from './health/health.ts';
import { reportLabels } from './labels.ts';
import { LabelsStep } from './labels-step.ts';
import { fencedCluster } from './leader/fenced-cluster.ts';
import { leaderPass } from './leader/leader-pass.ts';
import { Leadership } from './leader/leadership.ts';
import { Loop } from './loop.ts';
import type { Neighbours } from './neighbours/neighbours.ts';
import { OtherAgent } from './other-agent.ts';
import { Reconciler } from './reconcile.ts';
import { Publisher } from './status/publish.ts';
import { SecretList } from './status/secret-list.ts';
import type { Surroundings } from './surroundings.ts';
import { SyncStep } from './sync-step.ts';
import { keepWatches } from './watches.ts';

/** Keeps one connection until it is told to stop. Returns the exit code: 0, or 2 where a setting is wrong. */
export function runSidecar(surroundings: Surroundings): Promise<number> {
  return runConfigured(surroundings, serve);
}

/** Runs between probes that answer and connections that are closed: whatever it ends by, nothing keeps the process alive. */
async function serve(surroundings: Surroundings, config: Config, log: Log): Promise<void> {
  const { env, clock, stopping, trust } = surroundings;
  const health = new Health(clock, VERSION);
  const wire = await CompassWire.open({ config, clock, log, stopping, trust, observe: health.metrics.onCompassCall });
  const observe = health.metrics.onClusterCall;
  const cluster = await connectCluster({ env, clock, userAgent: `compass-sidecar/${VERSION}`, observe });
  const ended = new AbortController();
  const neighbours = await openNeighbours(surroundings, { config, log, cluster, wire });
  try {
    const server = await health.serve(config.healthPort, ended.signal, neighbours);
    const { connectionName: connection } = config;
    log.info('started', { version: VERSION, connection, cluster: cluster.server, healthPort: server.port });
    const serving = neighbours?.run(AbortSignal.any([stopping, ended.signal])).catch((error: unknown) => {
      // A defect of theirs costs the connection nothing.
      log.error('neighbours are not served any more', errorFields(error));
    });
    try {
      await keepConnection(surroundings, { config, log, cluster, health, wire });
      await serving;
    } finally {
      ended.abort();
      await server.close();
    }
  } finally {
    await neighbours?.close();
    wire.close();
    cluster.close();
  }
}

/** What workloads beside it get. Where no setting asks for it, its code is not loaded. */
async function openNeighbours(
  { clock, random }: Surroundings,
  { config, log, cluster, wire }: Omit<Parts, 'health'>,
): Promise<Neighbours | undefined> {
  if (config.credentialsFolder === undefined && config.directorProxyPort === undefined) return undefined;
  const { Neighbours } = await import('./neighbours/neighbours.ts');
  const { transport, roots } = wire;
  return Neighbours.open({ config, cluster, transport, roots, clock, log, random });
}

interface Parts {
  readonly config: Config;
  readonly log: Log;
  readonly cluster: Cluster;
  readonly health: Health;
  readonly wire: CompassWire;
}

async function keepConnection(surroundings: Surroundings, parts: Parts): Promise<void> {
  const { clock, random, stopping } = surroundings;
  const { config, log, health, wire } = parts;
  const onLeadership = () => loop.hurry();
  const leadership = new Leadership({ cluster: parts.cluster, clock, log, random, config, onChange: onLeadership });
  const context = connectionContext(surroundings, parts, leadership);
  const { cluster } = context;
  const { transport } = wire;
  const director = countedListing(directorListing(transport), (progress) => reconciler.onListed(progress));
  const fingerprintKey = () => context.state.value?.fingerprintKey;
  const { isLeader: mayDelete, state } = context;
  const holdMs = config.deletionHoldMs;
  const secretList = new SecretList({ cluster, clock, log, config, fingerprintKey });
  const place = { connectionName: config.connectionName, integrationNamespace: config.integrationNamespace };
  const present = new WatchedPresent({ cluster: parts.cluster, place, clock, random, log });
  const synchronizer = createSynchronizer({
    cluster,
    present,
    clock,
    log,
    config,
    director,
    fingerprintKey,
    holdMs,
    onSecrets: (present) => secretList.note(present),
    mayDelete,
  });
  const labels = new LabelsStep({
    report: (connection) => reportLabels(connection, config, transport),
    config,
    clock,
    log,
    random,
  });
  const syncStep = new SyncStep({ synchronizer, config, labels, state, secretList, clock, log, random, stopping });
  const resource = new Publisher({
    cluster,
    clock,
    log,
    config,
    fingerprintKey,
    observe: health.onObservation,
    onParked: health.onParked,
  });
  const connectionStep = new ConnectionStep(context, random);
  const reconciler: Reconciler = new Reconciler({
    context,
    connectionStep,
    disconnection: new Disconnection(context, connectionStep, random),
    syncStep,
    otherAgent: new OtherAgent({ cluster, clock, config }),
    resource,
    warnings: () => wire.warnings(),
    connectorContact: () => wire.connectorContact,
    handlers: requestHandlers({ context, synchronizer, syncStep }),
  });
  const pace = new StartPace(context, random);
  const pass = leaderPass({ leadership, context, reconciler, health, pace, present });
  const loop: Loop = new Loop({ pass, clock, log, random, stopping, onPass: health.liveness.onPass });
  const onChange = loop.trigger;
  const onUrgent = () => {
    pace.hurry();
    reconciler.interrupt();
  };
  // The Lease is kept until the last pass has ended, whose answers are still to be stored.
  const ended = new AbortController();
  await Promise.all([
    loop
      .run()
      .then(() => pace.end())
      .finally(() => ended.abort()),
    leadership.run(ended.signal),
    present.run(ended.signal),
    surroundings.keepSmall?.(() => health.liveness.isBusy, ended.signal),
    keepWatches({ cluster: parts.cluster, config, clock, log, random, stopping, onChange, onUrgent }),
  ]);
}

function connectionContext(
  { clock, stopping }: Surroundings,
  { config, log, cluster, wire: { transport, time: compassTime } }: Parts,
  leadership: Leadership,
): ConnectionContext {
  const { connectionName, ownNamespace: namespace } = config;
  const names = ownObjectNames(connectionName);
  const store = <T>(name: string, format: DocumentFormat<T>) =>
    new DocumentStore(secretDocument(cluster, { namespace, name }, connectionName, format));
  const isLeader = () => leadership.isLeader;
  return {
    // Journal and state are not fenced by time but by their versions: the answer of a call under way is stored all the same.
    cluster: fencedCluster(cluster, isLeader),
    clock,
    log,
    config,
    transport,
    compassTime,
    stopping,
    steps: new Steps(clock),
    isLeader,
    worksAlone: () => leadership.worksAlone,
    journal: store(names.journal, JOURNAL_FORMAT),
    mirror: new JournalMirror(config.mirrorFolder, connectionName, log),
    state: store(names.state, STATE_FORMAT),
  };
}
