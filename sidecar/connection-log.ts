import { formatTime } from '#common/clock.ts';
import { type Reason, reasonOf } from '#common/errors.ts';
import { errorFields, type Log } from '#common/log.ts';
import type { ConnectionResult } from './connection/connection-result.ts';

/** One line for each change of the connection: what was done, what fails now, and that it works again. */
export class ConnectionLog {
  readonly #log: Log;
  /** The reason for which it fails, as it was logged last. */
  #failing: Reason | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  take(result: ConnectionResult): void {
    const { did, credential } = result;
    const fields = { fingerprint: credential?.fingerprint, notAfter: credential && formatTime(credential.notAfter) };
    if (did === 'paired') this.#log.info('paired with Compass', fields);
    if (did === 'renewed') this.#log.info('renewed the client certificate', fields);
    const error = result.error ?? result.reconnectError;
    const failing = error === undefined ? undefined : reasonOf(error);
    if (failing === this.#failing || failing === 'Stopping') return;
    this.#failing = failing;
    if (failing === undefined) this.#log.info('the connection works again', fields);
    else if (result.connection) this.#log.warn('the connection works, but not all is well', errorFields(error));
    else this.#log.error('there is no connection', errorFields(error));
  }
}
