import { formatTime } from '#common/clock.ts';
import { CompassError } from '#common/errors.ts';
import { describeSuspension, isSuspensionScope, type SuspensionScope } from '#common/resources/suspension.ts';

/** What a person has suspended. In the state Secret, so that it outlives the process. Times are ms since the epoch. */
export interface Suspension {
  readonly scope: SuspensionScope;
  readonly since: number;
  /** When it ends by itself; undefined where somebody has to end it. */
  readonly until?: number | undefined;
  readonly reason?: string | undefined;
  readonly by?: string | undefined;
  /** Id of the request. */
  readonly request: string;
}

/** The suspension that holds at a moment; one whose time is over holds nothing any more, whether or not it was cleared. */
export function suspensionInForce(
  state: { readonly suspension?: Suspension | undefined } | undefined,
  now: number,
): Suspension | undefined {
  const { suspension } = state ?? {};
  return suspension && !isOver(suspension, now) ? suspension : undefined;
}

export function isOver({ until }: Suspension, now: number): boolean {
  return until !== undefined && now >= until;
}

/** In how many ms what holds now ends by itself; Infinity where it does not, or where nothing holds. */
export function suspensionEndsInMs(
  state: { readonly suspension?: Suspension | undefined } | undefined,
  now: number,
): number {
  return (suspensionInForce(state, now)?.until ?? Number.POSITIVE_INFINITY) - now;
}

/** Whether nothing is synchronized at all: deletions alone are no reason for that. */
export function holdsSync(suspension: Suspension | undefined): suspension is Suspension {
  return suspension !== undefined && suspension.scope !== 'deletes';
}

/** As an error for whoever asked for what it holds. */
export function suspendedError(suspension: Suspension): CompassError {
  const { until, scope, by, reason } = suspension;
  const times = until === undefined ? {} : { until: formatTime(until) };
  return new CompassError('Suspended', describeSuspension({ scope, by, reason, ...times }));
}

type Raw = Readonly<Record<string, unknown>>;

const isObject = (raw: unknown): raw is Raw => typeof raw === 'object' && raw !== null;
const textOf = (raw: unknown): string | undefined => (typeof raw === 'string' ? raw : undefined);
/** The last time that a Date can be. */
const LAST_MS = 8.64e15;

const timeOf = (raw: unknown): number | undefined =>
  typeof raw === 'number' && Math.abs(raw) <= LAST_MS ? raw : undefined;

/** What the state Secret holds; undefined where that is nothing, or nothing that makes sense. */
export function decodeSuspension(raw: unknown): Suspension | undefined {
  if (!isObject(raw)) return undefined;
  const { scope, request } = raw;
  const since = timeOf(raw['since']);
  if (!isSuspensionScope(scope) || typeof request !== 'string' || since === undefined) return undefined;
  return {
    scope,
    since,
    until: timeOf(raw['until']),
    reason: textOf(raw['reason']),
    by: textOf(raw['by']),
    request,
  };
}
