import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type Clock, systemClock } from '#common/clock.ts';
import { CONFIG_MAP, type ConfigMap, SECRET } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { REPORT_KEY, type Report, readReport } from '#common/resources/report.ts';
import { until } from '../cluster/until.ts';
import type { LogLine } from '../journeys/sidecar-process.ts';
import { startWorld, type World, type WorldOptions } from '../journeys/world.ts';
import type { Chronicle } from './invariants/chronicle.ts';
import { keepMoments } from './invariants/moments.ts';
import { type SidecarHere, startSidecarHere } from './sidecar-here.ts';
import { type Witness, witness } from './witness.ts';

export interface FaultWorld extends World {
  readonly t: TestContext;
  readonly witness: Witness;
  /** What the sidecar's environment would be, for whoever starts it in another way. */
  env(more?: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
  /** Starts the sidecar in this process. With `random` always 0, no back-off grows. */
  here(env?: Readonly<Record<string, string>>, clock?: Clock, random?: () => number): SidecarHere;
  /** Versions of objects that the test itself wrote, and uids of those that it made go, as the harm that is done: no invariant judges them. */
  readonly harm: Set<string>;
  /** What has happened so far. */
  chronicle(): Chronicle;
  /** Everything that any sidecar of this world printed. */
  output(): string;
  /** The sidecars of this process. */
  readonly sidecars: readonly SidecarHere[];
  /** How often an operation of Compass was asked for. */
  count(target: string, operation: string): number;
  /** The sidecar's report; empty before there is one. */
  report(): Promise<Report>;
  /** Waits until a line of a sidecar's log says so. */
  says(pattern: RegExp): Promise<void>;
}

/** An Application and a Secret of somebody else, which must be as they are at the end. */
export const FOREIGN = { application: 'somebody-elses', secret: 'somebody-elses' };

export async function startFaultWorld(t: TestContext, options: WorldOptions = {}): Promise<FaultWorld> {
  const world = await startWorld(t, options);
  const { cluster } = world.cluster;
  const { apiVersion, kind } = APPLICATION;
  const foreign: Application = {
    apiVersion,
    kind,
    metadata: { name: FOREIGN.application },
    spec: { description: 'not ours', services: [] },
  };
  await cluster.create(APPLICATION, foreign);
  const metadata = { namespace: 'kyma-system', name: FOREIGN.secret };
  await cluster.create(SECRET, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    data: { password: 'YS1jYW5hcnktb2Ytb3RoZXJz' },
  } as never);
  const sidecars: SidecarHere[] = [];
  const processes: { output: () => string; lines: readonly LogLine[] }[] = [];
  let sidecarClock = systemClock;
  let isRealTime = true;
  let hasShortPeriod = false;
  const { embedded } = world.cluster;
  const requests = keepMoments(world.simulator.requests, () => ({
    revision: embedded?.revision() ?? 0,
    atMs: Date.now(),
    clockMs: sidecarClock.monotonicMs(),
    life: sidecars.filter(({ isStopped }) => isStopped).length,
  }));
  const harm = new Set<string>();
  const seen = await witness(t, world.cluster);
  t.after(() => Promise.all(sidecars.map((sidecar) => sidecar.stop())));
  const env = (more: Readonly<Record<string, string>> = {}) => ({
    KUBECONFIG: world.cluster.kubeconfigPath,
    APP_COMPASS_CA_BUNDLE: world.caFile,
    POD_NAMESPACE: 'compass-system',
    APP_AGENT_CONFIGURATION_SECRET: 'compass-system/compass-agent-configuration',
    APP_CLUSTER_CERTIFICATES_SECRET: 'compass-system/cluster-client-certificates',
    APP_CONTROLLER_SYNC_PERIOD: '1s',
    APP_MINIMAL_COMPASS_SYNC_TIME: '200ms',
    APP_KEY_SIZE: '2048',
    APP_HEALTH_PORT: '0',
    APP_LOG_LEVEL: 'debug',
    ...options.env,
    ...more,
  });
  const output = () => [...sidecars, ...processes].map((sidecar) => sidecar.output()).join('\n');
  return {
    ...world,
    t,
    witness: seen,
    harm,
    chronicle: () => ({
      ...seen,
      requests: requests(),
      calls: embedded?.allRequests() ?? [],
      revokedAtMs: (fingerprint) => world.simulator.certificates.revokedAtMs(fingerprint),
      lines: [...sidecars, ...processes].flatMap(({ lines }) => lines),
      since: 0,
      harm,
      isClockKnown: true,
      isRealTime,
      hasShortPeriod,
    }),
    env,
    sidecars,
    output,
    here(more, clock = systemClock, random = Math.random) {
      sidecarClock = clock;
      isRealTime &&= clock === systemClock;
      const settings: Readonly<Record<string, string>> = env(more);
      hasShortPeriod ||= settings['APP_STATUS_PERIOD'] !== undefined;
      const sidecar = startSidecarHere(settings, clock, random);
      sidecars.push(sidecar);
      return sidecar;
    },
    start(more) {
      const sidecar = world.start(more);
      processes.push(sidecar);
      return sidecar;
    },
    count: (target, operation) =>
      world.simulator.requests.list().filter((r) => r.target === target && r.rootFields.includes(operation)).length,
    async report() {
      const ref = { kind: CONFIG_MAP, namespace: 'compass-system', name: 'compass-connection-report' };
      const map = await cluster.find<ConfigMap>(ref);
      return readReport(map?.data?.[REPORT_KEY]) ?? { schemaVersion: '' };
    },
    async says(pattern) {
      await until(`the log says ${pattern}`, () => Promise.resolve(pattern.test(output())));
      assert.match(output(), pattern);
    },
  };
}
