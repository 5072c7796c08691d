import type { Synchronizer } from '#common/sync/synchronize.ts';
import { checkRequestHandler } from './check/check-request.ts';
import type { ConnectionContext } from './connection/context.ts';
import { diffRequestHandler } from './diff/diff-request.ts';
import type { RequestHandlers } from './request-handler.ts';

/** What handlers work with. */
export interface HandlerParts {
  readonly context: ConnectionContext;
  readonly synchronizer: Synchronizer;
}

/** Who carries out which request, beside `sync`, `renew`, `reconnect` and `disconnect`, which are steps of every pass. */
export function requestHandlers({ context, synchronizer }: HandlerParts): RequestHandlers {
  return { check: checkRequestHandler(context), diff: diffRequestHandler(context, synchronizer) };
}
