import { formatTime } from '#common/clock.ts';
import type { SidecarRequest } from '#common/resources/requests.ts';
import { describeSuspension, isSuspensionScope, LONGEST_SUSPENSION_TEXT } from '#common/resources/suspension.ts';
import type { ConnectionContext } from '../connection/context.ts';
import { freshState } from '../connection/state.ts';
import type { RequestAnswer, RequestHandler } from '../request-handler.ts';
import { clip } from '../status/error-text.ts';
import { isOver, type Suspension, suspendedError, suspensionInForce } from './suspension.ts';

type Context = Pick<ConnectionContext, 'clock' | 'log' | 'state'>;

/**
 * Carries out `suspend;scope=…;until=…;reason=…;by=…`: writes down what is held from now on, in place of what was held
 * before. Without a scope synchronizations are; what is not understood is refused, so that nobody believes in a hold that
 * there is not.
 */
export function suspendRequestHandler({ clock, log, state }: Context): RequestHandler {
  return async (request) => {
    const since = clock.now();
    const suspension = readSuspension(request, since);
    if (typeof suspension === 'string') return refused(suspension);
    const stored = (await state.load()) ?? freshState();
    const before = suspensionInForce(stored, since);
    await state.write({ ...stored, suspension });
    const { scope, by, reason } = suspension;
    log.info('suspended on request', { scope, until: request.parameters['until'], by, reason });
    const said = suspendedError(suspension).message;
    return done(before ? `${said}; before, ${suspendedError(before).message}` : said);
  };
}

/** What a request asks for, or why it cannot be understood. */
function readSuspension({ id, parameters }: SidecarRequest, since: number): Suspension | string {
  const { scope = 'sync', until, reason, by } = parameters;
  if (!isSuspensionScope(scope)) return `scope=${clip(scope, LONGEST_WORD)} is not known; sync, deletes and all are`;
  const end = until === undefined ? undefined : Date.parse(until);
  if (Number.isNaN(end)) return `until=${clip(until ?? '', LONGEST_WORD)} is no time; one is as ${formatTime(since)}`;
  const suspension: Suspension = { scope, since, until: end, reason: text(reason), by: text(by), request: id };
  return isOver(suspension, since) ? `until=${clip(until ?? '', LONGEST_WORD)} is past` : suspension;
}

const LONGEST_WORD = 64;

function text(value: string | undefined): string | undefined {
  return value ? clip(value, LONGEST_SUSPENSION_TEXT) : undefined;
}

/** Carries out `resume`: ends the suspension, whatever its scope. To resume what is not suspended is as good. */
export function resumeRequestHandler({ clock, log, state }: Context): RequestHandler {
  return async ({ parameters: { by } }) => {
    const stored = await state.load();
    const before = suspensionInForce(stored, clock.now());
    if (!stored || !before) return done('nothing was suspended');
    await state.write({ ...stored, suspension: undefined });
    log.info('resumed on request', { scope: before.scope, by });
    const { scope, reason, by: former } = before;
    return done(`resumed; the status said: ${describeSuspension({ scope, by: former, reason })}`);
  };
}

function done(message: string): RequestAnswer {
  return { result: 'succeeded', message };
}

function refused(message: string): RequestAnswer {
  return { result: 'refused', reason: 'RequestRefused', message };
}
