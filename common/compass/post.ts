import type { Agent } from 'node:https';
import type { CallContext } from './call-context.ts';
import { type Exchange, ExchangeFailed, exchange, type HttpAnswer } from './exchange.ts';
import { translateExchangeFailure } from './network-failure.ts';

export interface Post extends Omit<Exchange, 'agent'> {
  /** `pooled` may hand out a connection that was used before; `single` never does. */
  readonly agents: { readonly pooled: Agent; readonly single: Agent };
  /** Carrying it out twice does no harm. */
  readonly repeatable: boolean;
}

/**
 * Posts, and translates whatever keeps the answer away into a CompassError.
 *
 * A connection that was idle may have been closed by the other side just as it is used again: then the call is repeated once
 * on a fresh one. A call that must not be repeated never takes a connection that was used before, so that no such doubt arises.
 */
export async function post(request: Post, context: CallContext): Promise<HttpAnswer> {
  const { agents, repeatable, ...what } = request;
  try {
    if (!repeatable) return await exchange({ ...what, agent: agents.single });
    return await exchange({ ...what, agent: agents.pooled }).catch((error: unknown) => {
      if (isStaleConnection(error)) return exchange({ ...what, agent: agents.single });
      throw error;
    });
  } catch (error) {
    throw error instanceof ExchangeFailed ? translateExchangeFailure(error, context, what.timeoutMs) : error;
  }
}

function isStaleConnection(error: unknown): boolean {
  return error instanceof ExchangeFailed && error.why === 'network' && error.reused && error.status === 0;
}
