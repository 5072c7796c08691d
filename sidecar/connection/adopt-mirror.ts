import { type CompassError, hasReason } from '#common/errors.ts';
import { errorFields } from '#common/log.ts';
import type { ConnectionContext } from './context.ts';
import { isContinuedBy, type Journal } from './journal.ts';
import { isStoreRefusal } from './store-forbidden.ts';

export type AdoptionContext = Pick<ConnectionContext, 'mirror' | 'journal' | 'state' | 'log'>;

/**
 * What the container before could not store goes into the cluster now, over nothing but an earlier phase of its pairing or
 * where nothing is. Who does not lead may do so as well: the write insists on what was read. It is dropped once a pairing
 * has come to its end since, and kept where it could not be stored; whether it is settled. Throws what the cluster throws
 * and may pass.
 */
export async function adoptMirror(context: AdoptionContext): Promise<boolean> {
  const { mirror, journal, state, log } = context;
  const mirrored = await mirror.read();
  if (!mirrored) return true;
  const { epoch = 0 } = (await state.load()) ?? {};
  const stored = await journal.load();
  if (epoch > (mirrored.epoch ?? 0) || isObsolete(stored, mirrored)) {
    await mirror.forget();
    return true;
  }
  if (stored && !isContinuedBy(stored, mirrored)) return false;
  const refusal = await store(context, mirrored);
  if (refusal) {
    log.warn('what the container before could not store cannot be stored still, and is kept', errorFields(refusal));
    return false;
  }
  log.info('what the container before could not store is stored now', { phase: mirrored.phase });
  await mirror.forget();
  return true;
}

/** The pairing has gone on from there. */
function isObsolete(stored: Journal | undefined, mirrored: Journal): boolean {
  const isSame = stored?.key.reveal() === mirrored.key.reveal();
  return stored !== undefined && isSame && !isContinuedBy(stored, mirrored);
}

async function store({ journal }: AdoptionContext, mirrored: Journal): Promise<CompassError | undefined> {
  try {
    await journal.write(mirrored);
    return undefined;
  } catch (error) {
    // A version that is later than ours, a right that is missing: what works without the journal goes on.
    if (isStoreRefusal(error) || hasReason(error, 'ClusterConflict', 'ClusterAlreadyExists')) return error;
    throw error;
  }
}
