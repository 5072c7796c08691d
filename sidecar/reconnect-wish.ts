import { errorFields } from '#common/log.ts';
import type { ConnectionContext } from './connection/context.ts';
import { freshState, type StoredState } from './connection/state.ts';
import { isStoreRefusal } from './connection/store-forbidden.ts';
import type { ReadConnection } from './status/publish.ts';

/** The wish for a new pairing that somebody expressed by deleting the CompassConnection, which is the documented way. */
export class ReconnectWish {
  readonly #context: Pick<ConnectionContext, 'state' | 'log'>;
  #isForgetful = false;

  constructor(context: Pick<ConnectionContext, 'state' | 'log'>) {
    this.#context = context;
  }

  /**
   * Whether there is such a wish. It is remembered until it has come about: nobody is there to be told that it needs a token.
   * A CompassConnection that was never there has not been deleted, and one that went with its definition was not deleted
   * for that. Throws what the cluster throws where a new wish cannot be stored.
   */
  async note({ served, isDefined, object }: ReadConnection): Promise<boolean> {
    const before = (await this.#context.state.load()) ?? freshState();
    const isDeleted = served && object === undefined && before.registered;
    const isPending = before.reconnectPending || isDeleted;
    const isRegistered = isDefined && (before.registered || object !== undefined);
    if (isPending !== before.reconnectPending || isRegistered !== before.registered) {
      await this.#remember({ ...before, reconnectPending: isPending, registered: isRegistered }, isDeleted);
    }
    return isPending;
  }

  /** What cannot be written down keeps nothing else from being done, but for a wish that would be forgotten. */
  async #remember(next: StoredState, isWish: boolean): Promise<void> {
    const { state, log } = this.#context;
    try {
      await state.write(next);
      this.#isForgetful = false;
    } catch (error) {
      if (isWish || !isStoreRefusal(error)) throw error;
      if (!this.#isForgetful) log.warn('what is known of the connection cannot be stored', errorFields(error));
      this.#isForgetful = true;
    }
  }
}
