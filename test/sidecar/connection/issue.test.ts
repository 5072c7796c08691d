import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { hashToken } from '#common/compass/token.ts';
import { CompassError, type Reason } from '#common/errors.ts';
import { silentLog } from '#common/log.ts';
import { readStored } from '#common/pki/certificate.ts';
import { Sensitive } from '#common/sensitive.ts';
import { CompassTime } from '../../../sidecar/connection/compass-time.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import { type Applicant, issue, requireTurn } from '../../../sidecar/connection/issue.ts';
import type {
  ConfiguredJournal,
  IssuedJournal,
  Journal,
  PreparedJournal,
} from '../../../sidecar/connection/journal.ts';
import { JournalMirror } from '../../../sidecar/connection/journal-mirror.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { freshState, type StoredState } from '../../../sidecar/connection/state.ts';
import { Steps } from '../../../sidecar/connection/steps.ts';
import { until } from '../../cluster/until.ts';
import { sharedRsaKey } from '../../common/pki/authority.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { ManualClock } from '../manual-clock.ts';
import { memoryContext } from './memory-context.ts';

const MINUTE_MS = 60_000;
const CONFIGURATION = 'configuration';
const SIGNING = 'signCertificateSigningRequest';
const SUBJECT = '/data/configuration/certificateSigningRequestInfo/subject';
const DIRECTOR_URL = '/data/configuration/managementPlaneInfo/directorURL';
const CONNECTOR_URL = '/data/configuration/managementPlaneInfo/certificateSecuredConnectorURL';

/** A journal that fails as often as `failing` says, with the error there. */
function breakable() {
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

async function start(t: TestContext) {
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

const isA = (reason: Reason, message = /./) => {
  return (error: unknown) => error instanceof CompassError && error.reason === reason && message.test(error.message);
};

/** As the one that was asked for the pair sees it: key and certificate belong together, and are this client's. */
function commonNameOf({ key, leaf, chain }: IssuedJournal): string | undefined {
  return readStored({ crt: leaf, key: key.reveal(), crtChain: chain }, Date.now()).commonName;
}

test('while the Connector is asked, the step says by what', async (t) => {
  const { context, applicant, prepared, said } = await start(t);
  const asked = new Set<string>();
  context.steps.onChange = () => asked.add(said('configuration'));
  await issue(context, applicant, prepared);
  assert.ok(asked.delete('asking the Connector with the one-time token'));
  const { token: _, ...renewal } = applicant;
  await context.journal.remove();
  const { tokenHash: __, ...begun } = prepared;
  await assert.rejects(issue(context, { ...renewal, purpose: 'renew' }, { ...begun, purpose: 'renew' }));
  assert.ok(asked.has('asking the Connector with the present certificate'));
  assert.ok(!asked.has('asking the Connector with the one-time token'));
});

test('a pairing makes a key of its own, and writes down each phase before the next', async (t) => {
  const { context, applicant, way, clock, clientId, shown, said, simulator } = await start(t);
  await context.state.write({ ...freshState(), epoch: 4 });
  const issued = await issue(context, applicant);
  assert.equal(commonNameOf(issued), clientId);
  assert.deepEqual(
    way.writes.map(({ phase }) => phase),
    ['prepared', 'configured', 'issued'],
  );
  for (const { purpose, startedAt, key, tokenHash, holder, epoch } of way.writes) {
    assert.deepEqual([purpose, startedAt, key.reveal()], ['pair', clock.now(), issued.key.reveal()]);
    assert.deepEqual([tokenHash, holder, epoch], [applicant.token?.hash, context.config.podName, 4]);
  }
  assert.equal(context.journal.value, issued);
  assert.deepEqual(issued.urls, { connector: simulator.urls.connectorMtls, director: simulator.urls.director });
  assert.match(issued.ca, /BEGIN CERTIFICATE/);
  assert.deepEqual(shown(), ['key ok', 'configuration ok', 'sign ok']);
  assert.match(said('key'), /^RSA 2048 generated here/);
  assert.match(said('configuration'), new RegExp(`^subject .*${clientId}`));
  assert.match(said('sign'), /^valid .*, keyed fingerprint [0-9a-f]{32}$/);
});

test('a pair that is there already is not asked for again', async (t) => {
  const { context, applicant, prepared, count, shown } = await start(t);
  const urls = { connector: 'https://c/', director: 'https://d/' };
  const begun: IssuedJournal = { ...prepared, phase: 'issued', urls, leaf: 'l', chain: 'c', ca: 'a' };
  assert.equal(await issue(context, applicant, begun), begun);
  assert.deepEqual([count(CONFIGURATION), count(SIGNING), shown()], [0, 0, ['key ok']]);
});

for (const [what, agoMs, asked] of [
  ['signs as it is until it is 45 minutes old', 45 * MINUTE_MS - 1, 0],
  ['of this moment signs as it is', 0, 0],
  ['that is 45 minutes old is exchanged for a fresh one before it signs', 45 * MINUTE_MS, 1],
  ['that is of a time to come, by a clock that was set, is exchanged as well', -1, 1],
] as const) {
  test(`a second token ${what}`, async (t) => {
    const { context, applicant, configured, count } = await start(t);
    const issued = await issue(context, applicant, await configured(agoMs));
    assert.equal(count(CONFIGURATION), 1 + asked);
    assert.deepEqual([issued.startedAt, issued.tokenHash], [1, applicant.token?.hash]);
  });
}

test('what the Connector said is judged before the second token is spent, and asked for anew once it is mended', async (t) => {
  const { context, applicant, prepared, simulator, count } = await start(t);
  let journal: Journal = prepared;
  for (const [set, reason, message] of [
    [{ [SUBJECT]: '' }, 'InvalidAnswer', /the Connector named no subject/],
    [{ [SUBJECT]: 'no subject' }, 'InvalidSubject', /./],
    [{ [DIRECTOR_URL]: 'https://attacker.example/graphql' }, 'UntrustedUrl', /attacker\.example/],
    [{ [CONNECTOR_URL]: 'https://attacker.example/graphql' }, 'UntrustedUrl', /attacker\.example/],
    [{ [DIRECTOR_URL]: '' }, 'InvalidAnswer', /the Connector named no directorURL/],
    [{ [CONNECTOR_URL]: '' }, 'InvalidAnswer', /the Connector named no certificateSecuredConnectorURL/],
  ] as const) {
    const asked = count(CONFIGURATION);
    const fault = simulator.faults.add({ operation: CONFIGURATION, set });
    await assert.rejects(issue(context, applicant, journal), isA(reason, message));
    simulator.faults.remove(fault);
    assert.deepEqual([count(CONFIGURATION), count(SIGNING)], [asked + 1, 0]);
    assert.equal(context.journal.value?.phase, 'configured');
    journal = context.journal.value;
  }
  await issue(context, applicant, journal);
  assert.deepEqual([count(CONFIGURATION), count(SIGNING)], [7, 1]);
});

test('a renewal is for whom the certificate is, stands on the URLs in use, and needs no token and no mirror', async (t) => {
  const { context, applicant, simulator, clientId, count, folder, way } = await start(t);
  const first = await issue(context, applicant);
  const credential = readStored({ crt: first.leaf, key: first.key.reveal(), crtChain: first.chain }, Date.now());
  await context.journal.remove();
  way.writes = [];
  const renewing: Applicant = {
    ...{ purpose: 'renew', connectorUrl: applicant.connectorUrl, presentUrls: first.urls, commonName: clientId },
    endpoint: { url: first.urls.connector, target: 'connector-mtls', credential, runtimeId: simulator.runtimeId },
  };
  const remove = [DIRECTOR_URL, CONNECTOR_URL];
  simulator.faults.add({ target: 'connectorMtls', operation: CONFIGURATION, remove });
  const { urls, ...renewed } = await issue(context, renewing);
  assert.deepEqual([urls, renewed.purpose, 'tokenHash' in renewed], [first.urls, 'renew', false]);
  assert.deepEqual(
    way.writes.map((journal) => ['secondToken' in journal, 'tokenHash' in journal]),
    [
      [false, false],
      [false, false],
      [false, false],
    ],
  );
  const signed = count(SIGNING);
  const other = { ...context, journal: breakable().journal };
  const another = issue(other, { ...renewing, commonName: 'somebody-else' });
  await assert.rejects(
    another,
    isA('InvalidSubject', /is that of .*, and the present certificate is that of "somebody-else"/),
  );
  assert.equal(count(SIGNING), signed);
  const broken = breakable();
  broken.way.failing = [new CompassError('ClusterUnreachable', 'no way there')];
  await assert.rejects(issue({ ...context, journal: broken.journal }, renewing), isA('ClusterUnreachable'));
  assert.deepEqual(await readdir(folder), []);
});

test('a renewal whose answer cannot be stored is not kept anywhere else: it is asked for again', async (t) => {
  const { context, applicant, folder, way, count, clock } = await start(t);
  const renewing: Applicant = { ...applicant, purpose: 'renew' };
  const prepared = { ...(await preparedFor()), purpose: 'renew' as const };
  way.failing = [new CompassError('ClusterUnreachable', 'no way there')];
  await assert.rejects(issue(context, renewing, prepared), isA('ClusterUnreachable'));
  assert.deepEqual([await readdir(folder), clock.sleepers, count(SIGNING)], [[], 0, 0]);

  async function preparedFor(): Promise<PreparedJournal> {
    const { pem } = await sharedRsaKey();
    return { phase: 'prepared', purpose: 'pair', startedAt: 1, key: new Sensitive(pem) };
  }
});

for (const [moment, skip, step] of [
  ['the second token', 0, 'configuration'],
  ['the new pair', 1, 'sign'],
] as const) {
  test(`K2, K3: ${moment} that cannot be stored is kept beside the cluster, shown, and stored at last`, async (t) => {
    const { context, applicant, prepared, folder, way, document, clock, said, shown } = await start(t);
    const down = new CompassError('ClusterUnreachable', 'no way there');
    let writes = 0;
    const write: typeof document.write = (value, previous) => {
      writes += 1;
      return writes > skip && writes <= skip + 2 ? Promise.reject(down) : document.write(value, previous);
    };
    const failing = { ...context, journal: new DocumentStore<Journal>({ ...document, write }) };
    const running = issue(failing, applicant, prepared);
    await until('it sleeps', () => Promise.resolve(clock.sleepers > 0));
    assert.deepEqual(await readdir(folder), ['compass-connection-journal.json']);
    assert.deepEqual(shown().at(-1), `${step} busy`);
    assert.match(said(step), /could not be stored yet: no way there/);
    clock.advance(MINUTE_MS);
    await until('it sleeps again', () => Promise.resolve(clock.sleepers > 0));
    clock.advance(MINUTE_MS);
    assert.equal((await running).phase, 'issued');
    assert.deepEqual([await readdir(folder), way.failing], [[], []]);
  });
}

test('what a container before has kept beside the cluster stays where all could be stored', async (t) => {
  const { context, applicant, prepared, folder } = await start(t);
  await context.mirror.put({ ...prepared, key: new Sensitive('another') });
  await issue(context, applicant, prepared);
  assert.deepEqual(await readdir(folder), ['compass-connection-journal.json']);
});

for (const [what, agoMs, isOver] of [
  ['before its 58 minutes are over is stored', 58 * MINUTE_MS - 1, false],
  ['for 58 minutes is of no use', 58 * MINUTE_MS, true],
] as const) {
  test(`K2: a second token that could not be stored ${what}`, async (t) => {
    const { context, applicant, prepared, way, clock, count } = await start(t);
    way.failing = [new CompassError('ClusterUnreachable', 'no way there')];
    const running = issue(context, applicant, prepared);
    running.catch(() => undefined);
    await until('it sleeps', () => Promise.resolve(clock.sleepers > 0));
    clock.advance(agoMs);
    if (isOver) await assert.rejects(running, isA('TokenRequired', /the second token ended before it could be stored/));
    else assert.equal((await running).phase, 'issued');
    // An old one is exchanged for a fresh one before it signs.
    assert.deepEqual([count(CONFIGURATION), count(SIGNING)], isOver ? [1, 0] : [2, 1]);
  });
}

test('R4: what another replica has gone on with is not written over, and nothing is signed', async (t) => {
  const { context, applicant, prepared, simulator, document, count } = await start(t);
  const other = { ...prepared, key: new Sensitive('another') };
  const run = async () => {
    await document.write(other, undefined);
    context.journal.forget();
  };
  simulator.faults.add({ operation: CONFIGURATION, when: 'afterExecution', run });
  await assert.rejects(issue(context, applicant, prepared), isA('Stopping', /another replica has gone on/));
  assert.equal((await document.read())?.value, other);
  assert.equal(count(SIGNING), 0);
});

test('R4: where the journal is gone an answer is stored unless the epoch has moved on', async (t) => {
  for (const [epoch, isStored] of [
    [3, true],
    [4, false],
  ] as const) {
    const { context: given, applicant, prepared, simulator, document } = await start(t);
    const states = memoryDocument<StoredState>();
    const context = { ...given, state: new DocumentStore(states) };
    await context.state.write({ ...freshState(), epoch: 3 });
    const begun = { ...prepared, epoch: 3 };
    // Another replica has ended a pairing meanwhile, or somebody has deleted the journal.
    const run = async () => {
      await states.write({ ...freshState(), epoch }, undefined);
      await document.remove(undefined);
      context.journal.forget();
    };
    simulator.faults.add({ operation: CONFIGURATION, when: 'afterExecution', run });
    const running = issue(context, applicant, begun);
    if (isStored) assert.equal((await running).phase, 'issued');
    else await assert.rejects(running, isA('Stopping'));
    assert.equal((await document.read())?.value.phase, isStored ? 'issued' : undefined);
  }
});

test('R4: who leads no more, or is told to stop, begins no call that a token hangs on', async (t) => {
  const { context, applicant, prepared, lease, stop, simulator, count } = await start(t);
  lease.isOurs = false;
  await assert.rejects(issue(context, applicant, prepared), isA('Stopping', /^another replica may lead by now/));
  assert.equal(count(CONFIGURATION), 0);
  lease.isOurs = true;
  simulator.faults.add({ operation: CONFIGURATION, when: 'afterExecution', run: () => stop.abort() });
  await assert.rejects(issue(context, applicant, prepared), isA('Stopping', /^stopping: /));
  assert.deepEqual([count(CONFIGURATION), count(SIGNING)], [1, 0]);
  assert.throws(() => requireTurn(context), isA('Stopping'));
});

test('a certificate is shown by how long it is valid where there is no key for fingerprints', async (t) => {
  const { context, applicant, prepared, said, simulator } = await start(t);
  simulator.switches.certificateLifetimeSeconds = 30 * 24 * 3_600;
  await issue(context, applicant, prepared);
  assert.match(said('key'), /of the try before, whose journal says prepared/);
  assert.match(said('sign'), /^valid (?:30d|720h)\S*$/);
});
