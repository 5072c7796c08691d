import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { hashToken } from '#common/compass/token.ts';
import { CompassError, type Reason } from '#common/errors.ts';
import { silentLog } from '#common/log.ts';
import { readStored } from '#common/pki/certificate.ts';
import { Sensitive } from '#common/sensitive.ts';
import { CompassTime } from '../../../sidecar/connection/compass-time.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import { type Applicant, issue } from '../../../sidecar/connection/issue.ts';
import type {
  ConfiguredJournal,
  IssuedJournal,
  Journal,
  PreparedJournal,
} from '../../../sidecar/connection/journal.ts';
import { JournalMirror } from '../../../sidecar/connection/journal-mirror.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { Steps } from '../../../sidecar/connection/steps.ts';
import { sharedRsaKey } from '../../common/pki/authority.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { ManualClock } from '../manual-clock.ts';
import { memoryContext } from './memory-context.ts';

export const MINUTE_MS = 60_000;
export const CONFIGURATION = 'configuration';
export const SIGNING = 'signCertificateSigningRequest';

/** A journal that fails as often as `failing` says, with the error there. */
export function breakable() {
  const document = memoryDocument<Journal>();
  const way: { failing: CompassError[]; writes: Journal[] } = { failing: [], writes: [] };
  const write: typeof document.write = (value, previous) => {
    const error = way.failing.shift();
    if (error) return Promise.reject(error);
    way.writes.push(value);
    return document.write(value, previous);
  };
  return { way, document, journal: new DocumentStore<Journal>({ ...document, write }) };
}

/** A Connector and an applicant for one of its certificates, over documents in memory; `way.failing` is what writes fail by. */
export async function startIssue(t: TestContext) {
  const simulator = await startSimulator();
  t.after(() => simulator[Symbol.asyncDispose]());
  const clock = new ManualClock(Date.now());
  const lease = { isOurs: true };
  const { way, document, journal } = breakable();
  const folder = await mkdtemp(join(tmpdir(), 'compass-issue-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const stop = new AbortController();
  const { context: given } = memoryContext({
    clock,
    journal,
    compassTime: new CompassTime(clock),
    steps: new Steps(clock),
    transport: { extraRoots: [simulator.caPem] },
    mirror: new JournalMirror(folder, 'compass-connection', silentLog),
    isLeader: () => lease.isOurs,
    stopping: stop.signal,
  });
  const context = { ...given, config: { ...given.config, keySize: 2048 } };
  const { token, clientId } = simulator.requestToken();
  const { connector: url } = simulator.urls;
  const value = new Sensitive(token);
  const applicant: Applicant = {
    ...{ purpose: 'pair', connectorUrl: url, token: { value, hash: hashToken(value) } },
    endpoint: { url, target: 'connector', runtimeId: simulator.runtimeId },
  };
  const { pem } = await sharedRsaKey();
  const prepared: PreparedJournal = {
    ...{ phase: 'prepared', purpose: 'pair', startedAt: 1, key: new Sensitive(pem) },
    ...(applicant.token ? { tokenHash: applicant.token.hash } : {}),
  };
  /** As it is once the user's token is spent, so long ago. */
  const configured = async (agoMs: number): Promise<ConfiguredJournal> => {
    simulator.faults.add({ operation: SIGNING, when: 'beforeConsumption', status: 503 });
    await assert.rejects(issue(context, applicant, prepared), isA('CompassUnavailable'));
    simulator.faults.clear();
    const stored = context.journal.value;
    assert.ok(stored?.phase === 'configured');
    return { ...stored, configuredAt: clock.now() - agoMs };
  };
  const count = (operation: string) =>
    simulator.requests.list().filter(({ rootFields }) => rootFields.includes(operation)).length;
  const shown = () => (context.steps.observed ?? []).map(({ step, status }) => `${step} ${status}`);
  const said = (step: string) => context.steps.observed?.find((seen) => seen.step === step)?.message ?? '';
  return {
    ...{ simulator, clock, lease, stop, way, document, folder, context, applicant, prepared, configured },
    ...{ clientId, count, shown, said },
  };
}

export const isA = (reason: Reason, message = /./) => {
  return (error: unknown) => error instanceof CompassError && error.reason === reason && message.test(error.message);
};

/** As the one that was asked for the pair sees it: key and certificate belong together, and are this client's. */
export function commonNameOf({ key, leaf, chain }: IssuedJournal): string | undefined {
  return readStored({ crt: leaf, key: key.reveal(), crtChain: chain }, Date.now()).commonName;
}
