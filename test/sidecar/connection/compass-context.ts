import type { TestContext } from 'node:test';
import { NAMESPACE } from '#common/cluster/objects.ts';
import type { Endpoint, ObservedCall } from '#common/compass/endpoint.ts';
import type { CompassError } from '#common/errors.ts';
import { silentLog } from '#common/log.ts';
import { readStored } from '#common/pki/certificate.ts';
import { generatePrivateKey } from '#common/pki/private-key.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { ConnectionContext } from '../../../sidecar/connection/context.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import { issue } from '../../../sidecar/connection/issue.ts';
import type { IssuedJournal, Journal, PreparedJournal } from '../../../sidecar/connection/journal.ts';
import type { Connection } from '../../../sidecar/connection/maintain.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { ManualClock } from '../manual-clock.ts';
import { memoryContext } from './memory-context.ts';

/** One for all pairs: it takes its time to make. */
let key: ReturnType<typeof generatePrivateKey> | undefined;

/** What a step works with beside a Compass, its documents in memory; without a cluster unless one is given. */
export async function compassContext(t: TestContext, parts: Partial<ConnectionContext> = {}) {
  const simulator = await startSimulator();
  t.after(() => simulator[Symbol.asyncDispose]());
  const calls: ObservedCall[] = [];
  const transport = { extraRoots: [simulator.caPem], observe: (call: ObservedCall) => calls.push(call) };
  const { context, clock } = memoryContext({ transport, ...parts }, new ManualClock(Date.now()));

  /** A new pair, as its journal has it, and the connection that it makes; the journal is empty after that. */
  async function pair(runtimeId = simulator.runtimeId): Promise<{ journal: IssuedJournal; connection: Connection }> {
    const { connector } = simulator.urls;
    const { token: hash } = simulator.requestToken(runtimeId);
    const token = { value: new Sensitive(hash), hash };
    const endpoint: Endpoint = { url: connector, target: 'connector' };
    key ??= generatePrivateKey(2048);
    const begun: PreparedJournal = {
      phase: 'prepared',
      purpose: 'pair',
      startedAt: 1,
      key: await key,
      tokenHash: hash,
    };
    await context.journal.write(begun);
    const applicant = { purpose: 'pair', endpoint, token, connectorUrl: connector } as const;
    const journal = await issue({ ...context, log: silentLog }, applicant, begun);
    await context.journal.remove();
    const stored = { crt: journal.leaf, key: journal.key.reveal(), crtChain: journal.chain };
    const credential = readStored(stored, clock.now());
    const { tenant } = simulator;
    return { journal, connection: { credential, urls: journal.urls, runtimeId, tenant, trustAnchorUrl: connector } };
  }

  return {
    simulator,
    context,
    clock,
    pair,
    /** What was asked for since the last look, as `target operation outcome`. */
    takeCalls: () => calls.splice(0).map(({ target, operation, outcome }) => `${target} ${operation} ${outcome}`),
    /** Of each certificate, in order, whether it is revoked. */
    revoked: () => simulator.certificates.list().map((certificate) => certificate.revoked),
  };
}

/** As compassContext, with a first pair, in a cluster that would take another; `store.failure` is why its journal would not. */
export async function pairedContext(t: TestContext, parts: Partial<ConnectionContext> = {}) {
  const { cluster } = await startTestCluster(t);
  const { clientSecret, caSecret } = memoryContext().context.config;
  for (const name of new Set([clientSecret.namespace, caSecret.namespace])) {
    await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const store: { failure: CompassError | undefined } = { failure: undefined };
  const tryWrite = () => (store.failure ? Promise.reject(store.failure) : Promise.resolve());
  const journal = new DocumentStore({ ...memoryDocument<Journal>(), tryWrite });
  const compass = await compassContext(t, { cluster, journal, ...parts });
  const { connection, journal: issued } = await compass.pair();
  compass.takeCalls();
  return { ...compass, cluster, connection, issued, store };
}
