import { errorFields } from '#common/log.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import type { ConnectionContext } from './connection/context.ts';
import type { ConnectionResource } from './connection-resource.ts';
import type { OtherAgent } from './other-agent.ts';

export interface ParkingOptions {
  readonly context: Pick<ConnectionContext, 'state' | 'journal' | 'log'>;
  readonly otherAgent: Pick<OtherAgent, 'look'>;
  readonly resource: Pick<ConnectionResource, 'park'>;
}

/** Stands aside while another agent works on the connection. */
export class Parking {
  readonly #options: ParkingOptions;
  readonly #onGone: () => void;
  #wasParked = false;

  /** `onGone` is called when the other one is gone, and what is remembered of the cluster may be old. */
  constructor(options: ParkingOptions, onGone: () => void) {
    this.#options = options;
    this.#onGone = onGone;
  }

  /** Whether somebody else works on the connection: then that is said in its status, and nothing else is to be done. Throws what the cluster throws. */
  async isParked(object: CompassConnection | undefined): Promise<boolean> {
    const { otherAgent, resource, context } = this.#options;
    const why = await otherAgent.look(object);
    const wasParked = this.#wasParked;
    this.#wasParked = why !== undefined;
    if (why) await resource.park(object, why);
    if (why && !wasParked) context.log.error('nothing is written while another agent works', errorFields(why));
    if (why || !wasParked) return this.#wasParked;
    context.log.info('the other agent is gone');
    // Whatever it changed is seen anew.
    context.state.forget();
    context.journal.forget();
    this.#onGone();
    return false;
  }
}
