import type { TestContext } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { silentLog } from '#common/log.ts';
import type { SidecarRequest } from '#common/resources/requests.ts';
import { type Config, readConfig } from '../../../sidecar/config.ts';
import { CompassTime } from '../../../sidecar/connection/compass-time.ts';
import { readConfiguration } from '../../../sidecar/connection/configuration.ts';
import type { ConnectionInput, ConnectionResult } from '../../../sidecar/connection/connection-result.ts';
import { ConnectionStep } from '../../../sidecar/connection/connection-step.ts';
import { Disconnection, type DisconnectResult } from '../../../sidecar/connection/disconnect.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import { JOURNAL_FORMAT } from '../../../sidecar/connection/journal.ts';
import { JournalMirror } from '../../../sidecar/connection/journal-mirror.ts';
import { type DocumentFormat, secretDocument } from '../../../sidecar/connection/secret-document.ts';
import { STATE_FORMAT } from '../../../sidecar/connection/state.ts';
import { Steps } from '../../../sidecar/connection/steps.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { ManualClock } from '../manual-clock.ts';

const NAMESPACES = ['compass-system', 'istio-system', 'kyma-system'];
const CONFIGURATION = { namespace: 'compass-system', name: 'compass-agent-configuration' };
const CLIENT = { namespace: 'compass-system', name: 'cluster-client-certificates' };

export interface BenchResult extends ConnectionResult {
  readonly disconnect: DisconnectResult | undefined;
}

/** The connection step alone, with a Compass, a cluster and a clock that the test moves. */
export async function startBench(t: TestContext) {
  const { cluster } = await startTestCluster(t);
  const simulator = await startSimulator();
  t.after(() => simulator[Symbol.asyncDispose]());
  for (const name of NAMESPACES) {
    await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const clock = new ManualClock(Date.now());
  const { config } = readConfig({
    POD_NAMESPACE: 'compass-system',
    APP_AGENT_CONFIGURATION_SECRET: 'compass-system/compass-agent-configuration',
    APP_CLUSTER_CERTIFICATES_SECRET: 'compass-system/cluster-client-certificates',
    APP_KEY_SIZE: '2048',
  });
  const stop = new AbortController();
  const lease = { isOurs: true, isNone: false };

  const storeIn = <T>(door: Cluster, name: string, format: DocumentFormat<T>) =>
    new DocumentStore(secretDocument(door, { namespace: 'compass-system', name }, 'compass-connection', format));

  /**
   * A process, as far as the connection is concerned: starting another is a restart. `door` is its way to the cluster, and
   * `random` makes its waits as long or short as they can be; `settings` are in place of the bench's own.
   */
  const start = (door: Cluster = cluster, random: () => number = () => 0, settings: Partial<Config> = {}) => {
    const journal = storeIn(door, 'compass-connection-journal', JOURNAL_FORMAT);
    const state = storeIn(door, 'compass-connection-state', STATE_FORMAT);
    const transport = { extraRoots: [simulator.caPem] };
    const log = silentLog;
    const isLeader = () => lease.isOurs;
    const worksAlone = () => lease.isNone;
    const steps = new Steps(clock);
    const stopping = stop.signal;
    const compassTime = new CompassTime(clock);
    const mirror = new JournalMirror(undefined, 'compass-connection', log);
    const context = {
      cluster: door,
      compassTime,
      mirror,
      clock,
      log,
      config: { ...config, ...settings },
      transport,
      journal,
      state,
      stopping,
      isLeader,
      worksAlone,
      steps,
    };
    const step = new ConnectionStep(context, random);
    const disconnection = new Disconnection(context, step, random);
    return async (asked: Partial<ConnectionInput> = {}, request?: SidecarRequest): Promise<BenchResult> => {
      const configuration = await readConfiguration(cluster, CONFIGURATION).catch((error: CompassError) => error);
      const input = { configuration, specUrls: undefined };
      const disconnect = await disconnection.run(request, input);
      const result = await step.run({
        ...input,
        isReconnectAskedFor: false,
        isRenewalAskedFor: false,
        isSuspect: false,
        ...asked,
      });
      return { ...result, disconnect };
    };
  };

  return {
    cluster,
    simulator,
    clock,
    /** Whether the Lease has time left, and whether there is no right to one. */
    lease,
    start,
    /** Writes the configuration Secret; with a fresh token unless said. */
    async configure(values: Readonly<Record<string, string>> = {}): Promise<string> {
      const { urls, runtimeId, tenant } = simulator;
      const TOKEN = values['TOKEN'] ?? simulator.requestToken().token;
      const stringData = { CONNECTOR_URL: urls.connector, RUNTIME_ID: runtimeId, TENANT: tenant, ...values, TOKEN };
      const object = { apiVersion: 'v1', kind: 'Secret', metadata: CONFIGURATION, stringData };
      await cluster.apply(SECRET, object, { fieldManager: 'operator', force: true });
      return TOKEN;
    },
    clientSecret: () => cluster.find<Secret>({ kind: SECRET, ...CLIENT }),
    deleteClientSecret: () => cluster.delete({ kind: SECRET, ...CLIENT }),
    /** How often an operation was asked of a target. */
    count: (target: string, operation: string) =>
      simulator.requests.list().filter((r) => r.target === target && r.rootFields.includes(operation)).length,
  };
}

export type Bench = Awaited<ReturnType<typeof startBench>>;

/** The reason of what a step could not do; undefined where it could. */
export function reasonIn({ error }: ConnectionResult): string | undefined {
  return error instanceof CompassError ? error.reason : error === undefined ? undefined : String(error);
}
