import type { Clock } from '#common/clock.ts';
import { CompassError } from '#common/errors.ts';
import { errorFields } from '#common/log.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import { REQUEST_VERBS, type RequestVerb, type SidecarRequest } from '#common/resources/requests.ts';
import { Allowance } from './allowance.ts';
import type { ConnectionContext } from './connection/context.ts';
import { failedAnswer } from './request-answers.ts';
import type { PassFacts, RequestAnswer, RequestHandlers } from './request-handler.ts';
import type { Requests } from './requests.ts';

/** Each of them may cost a listing or a round of checks: a few at once are one person's work, more are a mistake. */
const BURST = 5;

/** How often requests of a verb are carried out; those that come meanwhile replace each other, and wait. */
export class HandlerPace {
  readonly #allowances = new Map<RequestVerb, Allowance>();
  readonly #clock: Clock;
  readonly #everyMs: number;

  constructor(clock: Clock, everyMs: number) {
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  /** In how many ms the next one is carried out; Infinity where none waits. */
  dueInMs(requests: Requests): number {
    const waits = [...this.#allowances].map(([verb, { waitMs }]) => (requests.isOpen(verb) ? waitMs : Number.NaN));
    return Math.min(Number.POSITIVE_INFINITY, ...waits.filter((waitMs) => waitMs >= 0));
  }

  of(verb: RequestVerb): Allowance {
    const known = this.#allowances.get(verb);
    if (known) return known;
    const allowance = new Allowance(this.#clock, { burst: BURST, everyMs: this.#everyMs });
    this.#allowances.set(verb, allowance);
    return allowance;
  }
}

interface Performers {
  readonly handlers: RequestHandlers;
  readonly pace: HandlerPace;
  readonly context: Pick<ConnectionContext, 'clock' | 'isLeader' | 'log' | 'stopping'>;
}

export function handledVerbs(handlers: RequestHandlers): readonly RequestVerb[] {
  return REQUEST_VERBS.filter((verb) => handlers[verb] !== undefined);
}

/**
 * Carries out the open requests that have handlers, each answered and published before the next begins. Returns the
 * object as it is then: undefined where it was deleted meanwhile.
 */
export async function carryOut(
  { handlers, context, pace }: Performers,
  requests: Requests,
  facts: PassFacts,
  publish: (object: CompassConnection | undefined) => Promise<CompassConnection | undefined>,
): Promise<CompassConnection | undefined> {
  let object = facts.object;
  for (const verb of handledVerbs(handlers)) {
    const request = requests.open(verb);
    const allowance = pace.of(verb);
    if (!request || !context.isLeader() || allowance.waitMs > 0) continue;
    allowance.take();
    const answer = await answerOf({ handlers, context }, request, { ...facts, object });
    if (!answer) return object;
    requests.finish(verb, answer, context.clock.now());
    object = await publish(object);
    if (facts.object !== undefined && object === undefined) return undefined;
  }
  return object;
}

/** Undefined where the stop cut it short: it is asked for again at the next start. */
async function answerOf(
  { handlers, context }: Omit<Performers, 'pace'>,
  request: SidecarRequest,
  facts: PassFacts,
): Promise<RequestAnswer | undefined> {
  try {
    return await handlers[request.verb]?.(request, facts);
  } catch (error) {
    if (context.stopping.aborted) return undefined;
    if (error instanceof CompassError) return failedAnswer(error);
    context.log.error('a bug: a request failed without a reason', { verb: request.verb, ...errorFields(error) });
    return failedAnswer(new CompassError('InternalError', 'an unexpected error; see the log of the sidecar'));
  }
}
