import type { Synchronizer } from '#common/sync/synchronize.ts';
import { checkRequestHandler } from './check/check-request.ts';
import type { ConnectionContext } from './connection/context.ts';
import { decideRequestHandler } from './deletions/decide-request.ts';
import { diffRequestHandler } from './diff/diff-request.ts';
import type { RequestHandlers } from './request-handler.ts';
import { resumeRequestHandler, suspendRequestHandler } from './suspension/suspend-request.ts';
import type { SyncStep } from './sync-step.ts';

/** What handlers work with. */
export interface HandlerParts {
  readonly context: ConnectionContext;
  readonly synchronizer: Synchronizer;
  readonly syncStep: Pick<SyncStep, 'hurry'>;
}

/** Who carries out which request, beside `sync`, `renew`, `reconnect` and `disconnect`, which are steps of every pass. */
export function requestHandlers({ context, synchronizer, syncStep }: HandlerParts): RequestHandlers {
  return {
    check: checkRequestHandler(context),
    diff: diffRequestHandler(context, synchronizer),
    suspend: suspendRequestHandler(context),
    resume: resumeRequestHandler(context),
    approve: decideRequestHandler('approved', context, syncStep),
    reject: decideRequestHandler('rejected', context, syncStep),
  };
}
