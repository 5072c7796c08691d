import { CompassError } from '#common/errors.ts';
import { errorFields } from '#common/log.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import { REQUEST_VERBS, type RequestVerb, type SidecarRequest } from '#common/resources/requests.ts';
import type { ConnectionContext } from './connection/context.ts';
import { failedAnswer } from './request-answers.ts';
import type { PassFacts, RequestAnswer, RequestHandlers } from './request-handler.ts';
import type { Requests } from './requests.ts';

interface Performers {
  readonly handlers: RequestHandlers;
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
  { handlers, context }: Performers,
  requests: Requests,
  facts: PassFacts,
  publish: (object: CompassConnection | undefined) => Promise<CompassConnection | undefined>,
): Promise<CompassConnection | undefined> {
  let object = facts.object;
  for (const verb of handledVerbs(handlers)) {
    const request = requests.open(verb);
    if (!request || !context.isLeader()) continue;
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
  { handlers, context }: Performers,
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
