import { fetchConfiguration, signCertificateSigningRequest } from '#common/compass/connector.ts';
import type { Endpoint } from '#common/compass/endpoint.ts';
import { requireTrustedPlane } from '#common/compass/trusted-url.ts';
import { formatDuration } from '#common/duration.ts';
import { CompassError } from '#common/errors.ts';
import { errorFields } from '#common/log.ts';
import { buildCsr } from '#common/pki/csr.ts';
import { judgeIssued } from '#common/pki/issued.ts';
import { fingerprintOf, readPem } from '#common/pki/pem.ts';
import { generatePrivateKey } from '#common/pki/private-key.ts';
import { parseSubject } from '#common/pki/subject.ts';
import type { Sensitive } from '#common/sensitive.ts';
import { keyedFingerprint } from '../status/keyed-fingerprint.ts';
import type { ConnectionContext } from './context.ts';
import {
  baseOf,
  type ConfiguredJournal,
  type IssuedJournal,
  isContinuedBy,
  type Journal,
  type PreparedJournal,
} from './journal.ts';
import type { ManagementUrls } from './state.ts';

/** How a certificate is asked for: with the user's token at CONNECTOR_URL, or with the present certificate. */
export interface Applicant {
  readonly purpose: Journal['purpose'];
  readonly endpoint: Endpoint;
  readonly token?: { readonly value: Sensitive; readonly hash: string } | undefined;
  /** The URLs in use, which stand where the Connector names none; there are none before the first pairing. */
  readonly presentUrls?: ManagementUrls | undefined;
  /** Against which the URLs that the Connector names are judged. */
  readonly connectorUrl: string;
  /** Whose the present certificate is, whatever the form of that: a renewal is for nobody else. */
  readonly commonName?: string | undefined;
}

/** A second token lives 60 minutes; from here on it is exchanged for a fresh one before it is used. */
const SECOND_TOKEN_KEPT_MS = 45 * 60_000;

/** From here on it is as good as ended. */
const SECOND_TOKEN_LIFE_MS = 58 * 60_000;

/**
 * Takes a pairing or a renewal from wherever its journal stands to a new pair in the journal. Each step is durable before
 * the next one begins, so that after a crash this function goes on where it was.
 *
 * Throws what the Connector's calls throw; InvalidSubject and UntrustedUrl before the second token is spent, and
 * InvalidCertificate for an answer that does not fit the request, after it.
 */
export async function issue(context: ConnectionContext, applicant: Applicant, begun?: Journal): Promise<IssuedJournal> {
  if (begun) context.steps.ok('key', `of the try before, whose journal says ${begun.phase}`);
  const journal = begun ?? (await prepare(context, applicant));
  if (journal.phase === 'issued') return journal;
  const by = applicant.token ? 'one-time token' : 'present certificate';
  const configured = await context.steps.during(
    'configuration',
    `asking the Connector with the ${by}`,
    () => ask(context, applicant, journal),
    ({ subject }) => `subject ${subject}`,
  );
  return context.steps.during(
    'sign',
    'asking the Connector to sign',
    () => sign(context, applicant, configured),
    (issued) => describeIssued(context, issued),
  );
}

/** Asks unless that was done; storing the answer may have taken so long that it has to be asked for anew. */
async function ask(
  context: ConnectionContext,
  applicant: Applicant,
  journal: PreparedJournal | ConfiguredJournal,
): Promise<ConfiguredJournal> {
  if (journal.phase === 'configured') return refresh(context, applicant, journal);
  const configured = await configure(context, applicant, journal, applicant.token?.value);
  return isFresh(context, configured) ? configured : configure(context, applicant, configured, configured.secondToken);
}

function isFresh({ clock }: ConnectionContext, { configuredAt }: ConfiguredJournal): boolean {
  const ageMs = clock.now() - configuredAt;
  return ageMs >= 0 && ageMs < SECOND_TOKEN_KEPT_MS;
}

async function prepare(context: ConnectionContext, applicant: Applicant): Promise<PreparedJournal> {
  const { keySize, podName: holder } = context.config;
  const work = async () => {
    const journal: PreparedJournal = {
      phase: 'prepared',
      purpose: applicant.purpose,
      startedAt: context.clock.now(),
      key: await generatePrivateKey(keySize),
      holder,
      epoch: await epochOf(context),
      ...(applicant.token ? { tokenHash: applicant.token.hash } : {}),
    };
    await context.journal.write(journal);
    return journal;
  };
  return context.steps.during('key', `generating RSA ${keySize}`, work, () => {
    return `RSA ${keySize} generated here, and never leaves the cluster`;
  });
}

async function configure(
  context: ConnectionContext,
  applicant: Applicant,
  journal: PreparedJournal | ConfiguredJournal,
  token: Sensitive | undefined,
): Promise<ConfiguredJournal> {
  requireTurn(context);
  const answer = await fetchConfiguration(applicant.endpoint, context.transport, token);
  const configured: ConfiguredJournal = {
    ...baseOf(journal),
    phase: 'configured',
    ...(token && answer.token ? { secondToken: answer.token } : {}),
    configuredAt: context.clock.now(),
    subject: answer.subject,
    urls: {
      connector: answer.certificateSecuredConnectorUrl ?? applicant.presentUrls?.connector ?? '',
      director: answer.directorUrl ?? applicant.presentUrls?.director ?? '',
    },
  };
  await keep(context, configured);
  return configured;
}

/**
 * A journal that waited is asked anew with its second token, which gives a fresh one: when it grew old, or when what the
 * Connector said could not be used (that may have been mended since). Asking costs nothing but the old second token.
 */
async function refresh(
  context: ConnectionContext,
  applicant: Applicant,
  journal: ConfiguredJournal,
): Promise<ConfiguredJournal> {
  const isUsable = isFresh(context, journal) && isAcceptable(context, applicant, journal);
  return isUsable ? journal : configure(context, applicant, journal, journal.secondToken);
}

function isAcceptable(context: ConnectionContext, applicant: Applicant, journal: ConfiguredJournal): boolean {
  try {
    requireAcceptable(context, applicant, journal);
    return true;
  } catch {
    return false;
  }
}

function requireAcceptable(context: ConnectionContext, applicant: Applicant, journal: ConfiguredJournal) {
  if (journal.subject === '') throw new CompassError('InvalidAnswer', 'the Connector named no subject');
  const subject = parseSubject(journal.subject);
  const { commonName = subject.commonName } = applicant;
  if (subject.commonName !== commonName) {
    const [asked, present] = [subject.commonName, commonName].map((name) => JSON.stringify(name));
    const what = `the subject that Compass asks for is that of ${asked}, and the present certificate is that of ${present}`;
    throw new CompassError('InvalidSubject', what);
  }
  requireTrustedUrls(context, applicant.connectorUrl, journal.urls);
  return subject;
}

/** Throws UntrustedUrl, or InvalidAnswer where the Connector named none. */
export function requireTrustedUrls(
  context: Pick<ConnectionContext, 'config'>,
  connectorUrl: string,
  urls: ManagementUrls,
): void {
  requireTrustedPlane(urls, { connectorUrl, allowedHosts: context.config.allowedHosts });
}

async function sign(
  context: ConnectionContext,
  applicant: Applicant,
  journal: ConfiguredJournal,
): Promise<IssuedJournal> {
  const subject = requireAcceptable(context, applicant, journal);
  const csr = await buildCsr(journal.key, subject);
  requireTurn(context);
  const answer = await signCertificateSigningRequest(applicant.endpoint, context.transport, csr, journal.secondToken);
  const judged = judgeIssued(answer, { key: journal.key, subject, now: context.compassTime.now() });
  for (const warning of judged.warnings) context.log.warn('the new certificate is unusual', { warning });
  const issued: IssuedJournal = {
    ...baseOf(journal),
    phase: 'issued',
    urls: journal.urls,
    leaf: judged.leafPem,
    chain: judged.chainPem,
    ca: judged.caPem,
  };
  await keep(context, issued);
  return issued;
}

/**
 * What a token was spent for is written whatever it takes, also while the program is told to stop; what only a certificate
 * asked for can be asked for again. Throws TokenRequired where the second token ended before it could be stored, and
 * Stopping where another replica has gone on with the journal.
 */
async function keep(context: ConnectionContext, journal: ConfiguredJournal | IssuedJournal) {
  const { journal: store, clock, log } = context;
  if (journal.purpose === 'renew') return store.write(journal);
  const endsAt =
    journal.phase === 'configured' ? journal.configuredAt + SECOND_TOKEN_LIFE_MS : Number.POSITIVE_INFINITY;
  const isOfUse = () => clock.now() < endsAt;
  let isMirrored = false;
  const isStored = await store.writeAtLast(journal, {
    clock,
    isOfUse,
    isOwn: (stored) => isContinuedBy(stored, journal),
    mayBeFirst: async () => {
      context.state.forget();
      return (await epochOf(context)) === (journal.epoch ?? 0);
    },
    onFailure: async (error) => {
      log.error('what a token was spent for could not be stored; it is kept in memory and tried again', {
        phase: journal.phase,
        ...errorFields(error),
      });
      const step = journal.phase === 'configured' ? 'configuration' : 'sign';
      context.steps.busy(step, `answered, and what it gave could not be stored yet: ${error.message}`);
      await context.mirror.put(journal);
      isMirrored = true;
    },
  });
  // What a container before this one left there is not this pairing's to drop.
  if (isMirrored) await context.mirror.forget();
  if (isStored) return undefined;
  if (isOfUse()) {
    const message = 'another replica has gone on with a pairing of its own; what this one asked for is dropped';
    log.warn(message, { phase: journal.phase });
    throw new CompassError('Stopping', message);
  }
  throw new CompassError(
    'TokenRequired',
    'the second token ended before it could be stored, so that nothing came of it',
  );
}

async function epochOf({ state }: ConnectionContext): Promise<number> {
  return (await state.load())?.epoch ?? 0;
}

/**
 * Compass knows no fencing: only who leads, and is not told to stop, begins a call that a token or a certificate hangs on.
 * Throws Stopping.
 */
export function requireTurn({ stopping, isLeader }: ConnectionContext): void {
  if (stopping.aborted || !isLeader()) {
    const why = stopping.aborted ? 'stopping' : 'another replica may lead by now';
    throw new CompassError('Stopping', `${why}: no call that a token or a certificate hangs on is begun`);
  }
}

/** How long it is valid, and its fingerprint as the report shows it. */
function describeIssued({ state }: ConnectionContext, { leaf }: IssuedJournal): string {
  const [certificate] = readPem(leaf).certificates;
  if (!certificate) return 'signed';
  const lifetimeMs = certificate.validToDate.getTime() - certificate.validFromDate.getTime();
  const key = state.value?.fingerprintKey;
  const keyed = key ? `, keyed fingerprint ${keyedFingerprint(fingerprintOf(certificate), key)}` : '';
  return `valid ${formatDuration(lifetimeMs)}${keyed}`;
}
