import { hasReason, messageOf } from '#common/errors.ts';
import { readStored, type StoredCredential } from '#common/pki/certificate.ts';
import type { Configuration } from './configuration.ts';
import type { ConnectionContext } from './context.ts';
import { swapPair } from './credential-store.ts';
import { detailsOf } from './describe-pair.ts';
import { dropPair } from './drop-pair.ts';
import type { IssuedJournal } from './journal.ts';
import { type Connection, prove } from './maintain.ts';
import { reachConnector } from './preflight-way.ts';
import { proveReplacement } from './replacing.ts';
import { freshState, withToken } from './state.ts';
import { keepSuperseded } from './superseded.ts';

/** What the new pair is proven with, and what it replaces. */
export interface Installation {
  readonly journal: IssuedJournal;
  /** Undefined where the configuration is gone: then the Runtime is the one that the state remembers. */
  readonly identity: Pick<Configuration, 'runtimeId' | 'tenant'>;
  readonly trustAnchorUrl: string;
  /** What works: without it a pair that grows old unproven is better than none. */
  readonly serving: Connection | undefined;
  /** When the certificate is to be renewed, in ms since the epoch. */
  readonly renewAt: (credential: StoredCredential) => number;
}

/**
 * Swaps the pair of the journal into the cluster's Secrets: proven by one real call first, the state next, and the journal
 * cleared last, so that a crash in between repeats what was done and loses nothing. The pair of another identity that it
 * replaces is kept in the state from before the swap, to be revoked.
 *
 * Throws what the proof throws, with the pair kept in the journal for the next try, and what the cluster throws.
 */
export async function installPair(context: ConnectionContext, installation: Installation): Promise<Connection> {
  const { journal, identity, trustAnchorUrl } = installation;
  const { leaf, chain, ca, key } = journal;
  const now = context.clock.now();
  const connection: Connection = {
    credential: await readNewPair(context, installation),
    urls: journal.urls,
    runtimeId: identity.runtimeId,
    tenant: identity.tenant,
    trustAnchorUrl,
  };
  const { steps, cluster, config, log } = context;
  await steps.during(
    'prove',
    'asking the Director with the new certificate',
    () => proveOrAge(context, connection, installation),
    (isProven) => (isProven ? 'the Director accepts it' : 'the Director cannot be reached; it is stored unproven'),
  );
  const place = `secret ${config.clientSecret.namespace}/${config.clientSecret.name}`;
  const store = async () => {
    await keepSuperseded(context, connection);
    await swapPair(cluster, config, { leaf, chain, ca, key, details: detailsOf(connection) }, log);
    await remember(context, installation, now);
    await context.journal.remove();
  };
  await steps.during('store', place, store, () => place);
  return connection;
}

/**
 * False where the Director cannot be asked until the pair is old, and nothing else works: stored, it can at least be
 * renewed. One that is refused is never stored.
 */
async function proveOrAge(
  context: ConnectionContext,
  connection: Connection,
  { journal, serving, renewAt }: Installation,
): Promise<boolean> {
  try {
    // A renewal is of the same identity, whatever the Director says to that.
    if (serving && journal.purpose === 'pair') await proveReplacement(context, { next: connection, serving, journal });
    else await prove(context, connection);
    return true;
  } catch (error) {
    const isOld = context.compassTime.now() >= renewAt(connection.credential);
    if (!serving && isOld && !hasReason(error, 'Rejected', 'CertificateExpired')) return false;
    throw error;
  }
}

/**
 * A pair that waited until it expired is of no use any more: its journal goes, and so does the token that it cost. Our own
 * clock alone costs nobody a pair: Compass is asked what time it is, and until it has said so the pair stays.
 */
async function readNewPair(context: ConnectionContext, installation: Installation): Promise<StoredCredential> {
  const { journal, trustAnchorUrl: url } = installation;
  const { compassTime } = context;
  const read = () =>
    readStored({ crt: journal.leaf, key: journal.key.reveal(), crtChain: journal.chain }, compassTime.now());
  try {
    return read();
  } catch (error) {
    if (!hasReason(error, 'CertificateExpired') || compassTime.skewMs !== undefined) {
      await dropPair(context, journal, messageOf(error));
      throw error;
    }
  }
  await reachConnector(context, { url, target: 'connector' });
  try {
    return read();
  } catch (error) {
    if (compassTime.skewMs !== undefined) await dropPair(context, journal, messageOf(error));
    throw error;
  }
}

async function remember(context: ConnectionContext, { journal, identity }: Installation, now: number): Promise<void> {
  const before = (await context.state.load()) ?? freshState();
  const hash = journal.tokenHash;
  const earlier = before.tokens[hash ?? ''];
  const tokens = hash
    ? withToken(before, hash, {
        outcome: 'used',
        tries: (earlier?.tries ?? 0) + 1,
        firstTriedAt: earlier?.firstTriedAt ?? journal.startedAt,
        mayHaveLeft: true,
      })
    : before;
  const isPairing = journal.purpose === 'pair';
  await context.state.write({
    ...tokens,
    urls: journal.urls,
    runtimeId: identity.runtimeId,
    ...(identity.tenant === undefined ? {} : { tenant: identity.tenant }),
    acquired: now,
    ...(isPairing ? { established: now, reconnectPending: false, disconnected: undefined } : { renewed: now }),
  });
}
