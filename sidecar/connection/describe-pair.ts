import { CompassError } from '#common/errors.ts';
import { errorFields } from '#common/log.ts';
import { renderDetails } from '#common/resources/connection-details.ts';
import { Schedule } from '../schedule.ts';
import type { ConnectionContext } from './context.ts';
import { writeDetails } from './credential-store.ts';
import type { Connection } from './maintain.ts';

/** What readers of the client Secret are to know of a connection, as its annotation has it. */
export function detailsOf({ credential, urls, runtimeId, tenant }: Omit<Connection, 'trustAnchorUrl'>): string {
  const { fingerprint } = credential;
  return renderDetails({ fingerprint, connectorUrl: urls.connector, directorUrl: urls.director, tenant, runtimeId });
}

/** Where somebody takes it away each time it is written, it is written so seldom, in ms. */
const STRIPPED_MS = 5 * 60_000;

/**
 * Keeps beside the pair what readers are to know of it: a pair that is installed brings it along, so that this writes only where
 * a Secret of the reference agent was taken over, or where Compass is somewhere else now. Nothing of the connection hangs on it.
 */
export class PairDescription {
  readonly #context: ConnectionContext;
  readonly #schedule: Schedule;
  #seen = '';

  constructor(context: ConnectionContext, random: () => number) {
    this.#context = context;
    this.#schedule = new Schedule(context.clock, random);
  }

  /** `stored` is the annotation as it was read in this pass. Throws only what is no CompassError. */
  async run(connection: Connection, stored: string | undefined): Promise<void> {
    const details = detailsOf(connection);
    const seen = JSON.stringify([details, stored]);
    if (seen !== this.#seen) this.#schedule.hurry();
    this.#seen = seen;
    if (details === stored || !this.#schedule.isDue) return;
    const { cluster, config, log } = this.#context;
    try {
      await writeDetails(cluster, config, details);
      this.#schedule.succeed(STRIPPED_MS);
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      this.#schedule.fail(error);
      log.warn('readers of the client secret do not learn where Compass is', errorFields(error));
    }
  }
}
