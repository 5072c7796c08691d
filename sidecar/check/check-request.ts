import type { Finding } from '#common/checks/finding.ts';
import { CompassError } from '#common/errors.ts';
import type { ConnectionContext } from '../connection/context.ts';
import type { RequestHandler } from '../request-handler.ts';
import { checkStored } from './identity.ts';
import { checkNetwork } from './network.ts';
import { checkRights } from './rights.ts';

/**
 * Carries out `check`: what can be told only from inside the cluster, or only with the key. It changes nothing, here or at
 * Compass: no token is used, `configuration` is not called. The answer is `succeeded` whatever was found.
 */
export function checkRequestHandler(context: ConnectionContext): RequestHandler {
  return async ({ id }, pass) => {
    const { cluster, config, clock } = context;
    const groups: readonly Finding[][] = await Promise.all([
      checkStored(context, pass),
      checkNetwork(context, pass),
      checkRights(cluster, config, pass.signal),
    ]);
    // What was cut short by the stop says nothing about Compass.
    if (pass.signal.aborted) throw new CompassError('Stopping', 'the check was given up, to stop');
    const results = groups.flat();
    const count = (status: Finding['status']) => results.filter((result) => result.status === status).length;
    const counts = { ok: count('ok'), warning: count('warning'), error: count('error'), skipped: count('skipped') };
    return { result: 'succeeded', counts, check: { time: clock.now(), id, results } };
  };
}
