import { CompassError } from '#common/errors.ts';
import { errorFields } from '#common/log.ts';
import type { ConnectionContext } from './context.ts';
import { dropPair } from './drop-pair.ts';
import type { IssuedJournal } from './journal.ts';
import { type Connection, strangenessOf } from './maintain.ts';
import { revokeOne } from './revoke.ts';
import { tokenRequired } from './token-required.ts';

/** A new pair that is to take the place of one that works. */
export interface Replacement {
  readonly next: Connection;
  readonly serving: Connection;
  readonly journal: IssuedJournal;
}

/**
 * Proves a new pair that would take the place of one that works: only the Runtime itself, as the Director answers with it, is
 * a proof, since a token of another Runtime or tenant gives a certificate that is accepted as well. Where the old pair gets
 * that answer and the new one does not, the new one is dropped and revoked: TokenRequired. Where neither does, the
 * configuration may be at fault, and the new pair waits: throws what the Director says. Else throws what the call throws.
 */
export async function proveReplacement(context: ConnectionContext, replacement: Replacement): Promise<void> {
  const { next, serving, journal } = replacement;
  const strangeness = await strangenessOf(context, next);
  if (!strangeness) return;
  if (await strangenessOf(context, serving)) throw strangeness;
  const why = `the certificate that the token gave is not that of the Runtime ${next.runtimeId} (${strangeness.message}), and is dropped`;
  await dropPair(context, journal, why);
  await revokeQuietly(context, next);
  throw tokenRequired(`${why}; the present connection serves on`);
}

/** It ends by its own date, too. */
async function revokeQuietly(context: ConnectionContext, stranger: Connection): Promise<void> {
  try {
    const outcome = await revokeOne(context, stranger);
    context.log.info('a certificate that was never in use is given up', { outcome });
  } catch (error) {
    if (!(error instanceof CompassError)) throw error;
    context.log.warn('a certificate that was never in use could not be revoked', errorFields(error));
  }
}
