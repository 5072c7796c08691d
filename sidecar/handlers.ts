import { checkRequestHandler } from './check/check-request.ts';
import type { ConnectionContext } from './connection/context.ts';
import type { RequestHandlers } from './request-handler.ts';

/** What handlers work with. */
export interface HandlerParts {
  readonly context: ConnectionContext;
}

/** Who carries out which request, beside `sync`, `renew`, `reconnect` and `disconnect`, which are steps of every pass. */
export function requestHandlers({ context }: HandlerParts): RequestHandlers {
  return { check: checkRequestHandler(context) };
}
