import { hasReason } from '#common/errors.ts';
import { readStored } from '#common/pki/certificate.ts';
import { adoptMirror } from '../connection/adopt-mirror.ts';
import type { ConnectionContext } from '../connection/context.ts';
import { readPair } from '../connection/credential-store.ts';
import type { StartPace } from '../connection/start-pace.ts';
import type { Pass } from '../loop.ts';
import type { Leadership } from './leadership.ts';

export interface LeaderPassOptions {
  readonly leadership: Pick<Leadership, 'isLeader' | 'term' | 'leader'>;
  readonly context: ConnectionContext;
  readonly reconciler: { readonly pass: Pass; forget(): void };
  readonly health: {
    onStandby(hasCredentials: boolean, leader?: string): void;
    onLeading(hasCredentials: boolean): void;
  };
  readonly pace: Pick<StartPace, 'begin' | 'dueInMs'>;
  /** What is in the cluster, which a leader watches. */
  readonly present: { forget(): void };
}

/** How often a standby looks whether the credentials are there with which it could take over. */
const STANDBY_PERIOD_MS = 30_000;

/**
 * Passes of the leader alone; a standby calls nobody, and writes nothing but what its container before could not store: the
 * one who leads waits for that, and does not know. A new leader believes nothing that it remembers.
 */
export function leaderPass({ leadership, context, reconciler, health, pace, present }: LeaderPassOptions): Pass {
  let knownTerm: number | undefined;
  let isMirrorAdopted = false;
  const adopt = async () => {
    context.state.forget();
    context.journal.forget();
    isMirrorAdopted = await adoptMirror(context);
  };
  return async () => {
    if (!leadership.isLeader) {
      const { leader } = leadership;
      present.forget();
      health.onStandby(await hasCredentials(context), leader === context.config.podName ? undefined : leader);
      if (!isMirrorAdopted) await adopt();
      return STANDBY_PERIOD_MS;
    }
    const { term } = leadership;
    if (term !== knownTerm) {
      context.state.forget();
      context.journal.forget();
      reconciler.forget();
      knownTerm = term;
      const credentials = hasCredentials(context);
      // what it throws is thrown below
      credentials.catch(() => undefined);
      await pace.begin();
      health.onLeading(await credentials);
    }
    const { dueInMs } = pace;
    if (dueInMs > 0) {
      health.onStandby(await hasCredentials(context));
      return dueInMs;
    }
    return reconciler.pass();
  };
}

async function hasCredentials({ cluster, config, clock }: ConnectionContext): Promise<boolean> {
  try {
    const pair = await readPair(cluster, config);
    return pair !== undefined && readStored(pair, clock.now()).notAfter > clock.now();
  } catch (error) {
    if (hasReason(error, 'ForeignObject', 'CertificateExpired', 'InvalidCredential')) return false;
    throw error;
  }
}
