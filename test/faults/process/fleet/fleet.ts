import type { Cluster } from '#common/cluster/cluster.ts';
import type { Secret } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { silentLog } from '#common/log.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import type { Synchronizer } from '#common/sync/synchronize.ts';
import { readConfig } from '../../../../sidecar/config.ts';
import type { ConnectionInput, ConnectionResult } from '../../../../sidecar/connection/connection-result.ts';
import type { ConnectionContext } from '../../../../sidecar/connection/context.ts';
import type { Connection } from '../../../../sidecar/connection/maintain.ts';
import { freshState } from '../../../../sidecar/connection/state.ts';
import { UpkeepPace } from '../../../../sidecar/connection/upkeep-pace.ts';
import { LabelsStep } from '../../../../sidecar/labels-step.ts';
import { Loop } from '../../../../sidecar/loop.ts';
import { Reconciler } from '../../../../sidecar/reconcile.ts';
import { SyncStep } from '../../../../sidecar/sync-step.ts';
import type { TokenBucket } from '../../../simulator/gateway/token-bucket.ts';
import type { VirtualTime } from './virtual-time.ts';

const { config } = readConfig({ POD_NAMESPACE: 'compass-system' });

const CONFIGURATION = {
  data: Object.fromEntries(
    Object.entries({
      CONNECTOR_URL: 'https://connector.example.com/graphql',
      RUNTIME_ID: '1ae04041-17e5-478f-91f8-3a2ddc7700de',
    }).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  ),
} as unknown as Secret;

/** Calls take their time, there and back. */
const LATENCY_MS = { least: 20, most: 200 };
const LIFE_LEFT_MS = 60 * 24 * 3_600_000;

/** A sidecar that has credentials, of which only the calls of Compass are not real: when it makes them is the product's own code. */
export interface FleetMember {
  /** When it asked Compass for something, refused or not. */
  readonly requests: readonly number[];
  /** When its first listing went through. */
  readonly connectedAtMs: number | undefined;
}

export interface Gateway {
  readonly time: VirtualTime;
  readonly bucket: TokenBucket;
}

export function startMember({ time, bucket }: Gateway, random: () => number): FleetMember {
  const stopping = new AbortController().signal;
  const member: { requests: number[]; connectedAtMs: number | undefined } = { requests: [], connectedAtMs: undefined };
  const call = async () => {
    member.requests.push(time.monotonicMs());
    const latencyMs = LATENCY_MS.least + random() * (LATENCY_MS.most - LATENCY_MS.least);
    await time.sleep(latencyMs / 2);
    const isAnswered = bucket.take();
    await time.sleep(latencyMs / 2);
    if (!isAnswered) throw new CompassError('CompassThrottled', 'the rate limit is reached', { status: 429 });
  };
  const synchronizer = {
    async run() {
      const error = await call().catch((caught: CompassError) => caught);
      if (!error) member.connectedAtMs ??= time.monotonicMs();
      return outcomeOf(error ?? undefined);
    },
  } as unknown as Synchronizer;
  const state = { value: freshState(), load: () => Promise.resolve(freshState()), write: () => Promise.resolve() };
  const context = {
    cluster: { find: () => Promise.resolve(CONFIGURATION) } as unknown as Cluster,
    clock: time,
    log: silentLog,
    config,
    state,
    steps: {},
    stopping,
    isLeader: () => true,
  } as unknown as ConnectionContext;
  const report = async () => {
    await call().catch((cause: unknown) => {
      throw new CompassError('LabelsFailed', 'the labels were not read', { cause });
    });
    return [];
  };
  const labels = new LabelsStep({ report, config, clock: time, log: silentLog, random });
  const syncStep = new SyncStep({ ...context, synchronizer, config, labels, random });
  const reconciler = new Reconciler({
    context,
    connectionStep: upkeep(time, random, call),
    disconnection: { run: () => Promise.resolve(undefined), dueInMs: Number.POSITIVE_INFINITY },
    syncStep,
    otherAgent: { look: () => Promise.resolve(undefined) },
    resource: {
      read: () => Promise.resolve({ served: true, isDefined: true, object: undefined }),
      park: () => Promise.resolve(),
      publish: () => Promise.resolve(undefined),
      tell: () => undefined,
      readRequests: () => Promise.resolve([]),
      forget: () => undefined,
    },
    warnings: () => [],
    connectorContact: () => undefined,
    handlers: {},
  });
  void new Loop({ pass: reconciler.pass, clock: time, log: silentLog, random, stopping }).run();
  return member;
}

/** What the connection step does with credentials that Compass accepts: nothing but to ask the Connector now and then. */
function upkeep(time: VirtualTime, random: () => number, call: () => Promise<void>) {
  const pace = new UpkeepPace(time, random, config);
  const connection = { runtimeId: 'runtime', urls: { director: '', connector: '' } } as Connection;
  let isNew = true;
  let error: unknown;
  const ask = async () => {
    try {
      await call();
      isNew = false;
      error = undefined;
      pace.succeed();
    } catch (caught) {
      error = caught;
      pace.fail(caught, LIFE_LEFT_MS);
    }
  };
  return {
    async run({ isSuspect }: ConnectionInput): Promise<ConnectionResult> {
      const attempted = pace.isDue({ isRenewal: false, isNew, isSuspect });
      if (attempted) await ask();
      const { dueInMs } = pace.schedule;
      const known = { renewAt: undefined, credential: undefined, token: 'none' as const, warnings: [] };
      return { connection, step: 'maintain', attempted, error, dueInMs, ...known };
    },
  };
}

function outcomeOf(error: CompassError | undefined): SyncOutcome {
  const fetch = { ok: !error, error, pages: 1, listed: 3, complete: !error, latencyMs: 100 };
  const none = { created: [], updated: [], deleted: [], failed: [], changes: [], kept: {} };
  const cost = { durationMs: 100, writes: 0, writeLimit: 8 };
  return {
    fetch,
    present: 3,
    inSync: 3,
    deletedSecrets: 0,
    unchanged: 3,
    secrets: 3,
    stopped: false,
    ...none,
    ...cost,
  };
}
