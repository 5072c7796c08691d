import type { CompassConnectionStatus } from '#common/resources/compass-connection.ts';
import { isOwnCondition } from './conditions.ts';

/**
 * Whether a status says less than the object's generation, so that `kubectl wait` would not believe it (it takes a
 * condition only where observedGeneration is not below metadata.generation).
 */
export function isBehind(status: CompassConnectionStatus | undefined, generation: number | undefined): boolean {
  const own = (status?.conditions ?? []).filter(({ type }) => isOwnCondition(type));
  return generation !== undefined && own.some(({ observedGeneration }) => (observedGeneration ?? 0) < generation);
}

/** The status with this generation on every condition. */
export function withGeneration(
  status: CompassConnectionStatus,
  observedGeneration: number | undefined,
): CompassConnectionStatus {
  if (observedGeneration === undefined || !status.conditions) return status;
  return { ...status, conditions: status.conditions.map((condition) => ({ ...condition, observedGeneration })) };
}
