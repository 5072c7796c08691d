import type { TestContext } from 'node:test';
import { CONFIG_MAP, type Kind, LEASE, SECRET } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { until } from '../../cluster/until.ts';
import { CONNECTION } from '../../journeys/world.ts';
import { checkInvariants } from '../invariants.ts';
import type { SidecarHere } from '../sidecar-here.ts';
import { type FaultWorld, FOREIGN, startFaultWorld } from '../world.ts';
import type { CrashProcess, CrashProgram, Ordeal } from './crash-program.ts';
import { type JumpingClock, jumpingClock, STEP_MS } from './jumping-clock.ts';

/** A world in which one process after another dies, and a sidecar of this process goes on where it was. */
export interface CrashWorld {
  readonly world: FaultWorld;
  /** From here on the invariants are about what happens next. */
  begin(): void;
  start(ordeal: Ordeal): CrashProcess;
  /** The sidecar in this process, as if long after the one that died: on a Lease that is free, and without a wait for its end. */
  resume(): Promise<void>;
  /** A minute passes for it, and it keeps its Lease. */
  passMinute(): Promise<void>;
  stop(): Promise<void>;
  /** As if the Lease of one that died had run out. */
  freeLease(): Promise<void>;
  /** Waits until the CompassConnection is as it should be. */
  sees(what: string, check: (connection: CompassConnection) => boolean, withinMs?: number): Promise<void>;
  checkInvariants(): Promise<void>;
  /** Nothing is left of a connection, and the Director lists nothing. */
  clear(): Promise<void>;
}

/** What a process does after its first round comes when the clock jumps, or not at all. */
const ONE_ROUND = { APP_CONTROLLER_SYNC_PERIOD: '60s' };

const A_MINUTE_MS = 61_000;
const RESUMED_WITHIN_MS = 60_000;

export async function startCrashWorld(t: TestContext, program: CrashProgram): Promise<CrashWorld> {
  const world = await startFaultWorld(t);
  const { cluster } = world.cluster;
  let process: CrashProcess | undefined;
  let sidecar: SidecarHere | undefined;
  let clock: JumpingClock | undefined;
  let seen = { secrets: 0, applications: 0 };
  let since = 0;
  const output = () => `${process?.output() ?? ''}\n${sidecar?.output() ?? ''}`;

  const removeAll = async (kind: Kind, namespace?: string, isKept = (_name: string) => false) => {
    for await (const { items } of cluster.listPages(kind, { namespace })) {
      const names = items.map(({ metadata }) => metadata.name).filter((name) => !isKept(name));
      await Promise.all(names.map((name) => cluster.delete({ kind, namespace, name })));
    }
  };

  const forgetStarts = async () => {
    const state = { kind: SECRET, namespace: 'compass-system', name: 'compass-connection-state' };
    const text = (await world.secret(state.namespace, state.name))?.['document'];
    if (text === undefined) return;
    const document = JSON.stringify({ ...(JSON.parse(text) as object), starts: undefined });
    await cluster.mergePatch(state, { data: { document: Buffer.from(document).toString('base64') } });
  };

  const leaseVersion = async () => {
    const lease = await cluster.find({ kind: LEASE, namespace: 'compass-system', name: 'compass-connection-lease' });
    return lease?.metadata.resourceVersion;
  };

  return {
    world,
    begin() {
      process = undefined;
      sidecar = undefined;
      world.simulator.requests.clear();
      world.simulator.faults.clear();
      world.cluster.embedded?.faults.clear();
      since = world.cluster.embedded?.revision() ?? 0;
      seen = { secrets: world.witness.secrets.length, applications: world.witness.applications.length };
    },
    start(ordeal) {
      process = program.start(world.env(ONE_ROUND), ordeal);
      return process;
    },
    async resume() {
      await removeAll(LEASE, 'compass-system');
      await forgetStarts();
      clock = jumpingClock();
      sidecar = world.here({}, clock);
    },
    async passMinute() {
      for (let leftMs = A_MINUTE_MS; leftMs > 0; leftMs -= STEP_MS) {
        const before = await leaseVersion();
        clock?.jump(STEP_MS);
        await until('the Lease is renewed', async () => (await leaseVersion()) !== before);
      }
    },
    freeLease: () => removeAll(LEASE, 'compass-system'),
    async stop() {
      await sidecar?.stop();
    },
    async sees(what, check, withinMs = RESUMED_WITHIN_MS) {
      let last: CompassConnection | undefined;
      const look = async () => {
        last = await cluster.find<CompassConnection>(CONNECTION);
        return last !== undefined && check(last);
      };
      await until(
        () => `${what}, but ${JSON.stringify(last?.status)}\n${output().split('\n').slice(-20).join('\n')}`,
        look,
        withinMs,
      );
    },
    async checkInvariants() {
      const { secrets, applications } = world.witness;
      const witness = {
        ...world.witness,
        secrets: secrets.slice(seen.secrets),
        applications: applications.slice(seen.applications),
      };
      const chronicle = () => ({ ...world.chronicle(), since, isClockKnown: false, isRealTime: false });
      await checkInvariants({ ...world, witness, chronicle, output, sidecars: sidecar ? [sidecar] : [] });
    },
    async clear() {
      world.simulator.landscape.deleteAllApplications();
      const runtime = world.simulator.landscape.runtime(world.simulator.runtimeId);
      if (runtime) runtime.labels = {};
      await removeAll(APPLICATION, undefined, (name) => name === FOREIGN.application);
      await removeAll(COMPASS_CONNECTION);
      await removeAll(LEASE, 'compass-system');
      await removeAll(CONFIG_MAP, 'compass-system');
      await removeAll(SECRET, 'compass-system');
      await removeAll(SECRET, 'istio-system');
      await removeAll(SECRET, 'kyma-system', (name) => name === FOREIGN.secret);
    },
  };
}
