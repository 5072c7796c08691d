import { isDeepStrictEqual } from 'node:util';
import type { CompassConnectionStatus, Condition } from '#common/resources/compass-connection.ts';

export interface SettleOptions {
  readonly now: number;
  /** APP_STATUS_PERIOD: how often times alone are worth a write, in milliseconds. */
  readonly periodMs: number;
  /** Whether somebody waits for the times of this pass. */
  readonly requested?: boolean | undefined;
}

/** Times that pass while nothing happens. */
const PASSING: Readonly<Record<string, readonly string[]>> = {
  connectionStatus: ['lastSync', 'lastSuccess'],
  synchronizationStatus: ['lastAttempt', 'lastSuccessfulFetch', 'lastSuccessfulApplication'],
};

/**
 * What to write: `wanted`, or `written` itself (the same object) where that says the same, or where only times passed
 * and the last write is younger than the period. Null, empty text and absent are one; observedGeneration is no
 * difference, since it has rules of its own (observed-generation.ts).
 */
export function settleStatus(
  written: CompassConnectionStatus | undefined,
  wanted: CompassConnectionStatus,
  options: SettleOptions,
): CompassConnectionStatus {
  if (!written || !isDeepStrictEqual(lasting(written), lasting(wanted))) return wanted;
  if (isDeepStrictEqual(passing(written), passing(wanted))) return written;
  return options.requested || isOld(written, options) ? wanted : written;
}

function isOld(written: CompassConnectionStatus, { now, periodMs }: SettleOptions): boolean {
  const times = [written.connectionStatus?.lastSync, written.synchronizationStatus?.lastAttempt];
  const newest = Math.max(...times.map((time) => (time ? Date.parse(time) : Number.NaN)).filter(Number.isFinite));
  // a time ahead of the clock, after the clock stepped back, must not silence the status
  return !(newest <= now && now - newest < periodMs);
}

function lasting(status: CompassConnectionStatus): unknown {
  const parts = Object.entries(status).map(([key, value]) => [key, without(value, PASSING[key] ?? [])]);
  const { conditions, ...rest } = Object.fromEntries(parts) as Partial<Record<string, unknown>>;
  return { ...(meaningful(rest) as object), conditions: byType(conditions) };
}

function passing(status: CompassConnectionStatus): unknown {
  return Object.entries(PASSING).map(([part, times]) => {
    const values = (status as unknown as Partial<Record<string, Record<string, unknown> | null>>)[part] ?? {};
    return times.map((time) => values[time] ?? null);
  });
}

function without(value: unknown, keys: readonly string[]): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

/** The order of conditions means nothing: they are a map by type. */
function byType(conditions: unknown): unknown {
  const list = Array.isArray(conditions) ? (conditions as Condition[]) : [];
  return Object.fromEntries(
    list.map((condition) => [condition.type, meaningful(without(condition, ['observedGeneration']))]),
  );
}

/** The value without nulls, empty texts and empty objects, at every level of objects. */
function meaningful(value: unknown): unknown {
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, meaningful(inner)] as const);
  return Object.fromEntries(entries.filter(([, inner]) => !isNothing(inner)));
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (isObject(value) && Object.keys(value).length === 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
