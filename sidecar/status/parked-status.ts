import { type CompassError, messageOf } from '#common/errors.ts';
import type { CompassConnectionStatus } from '#common/resources/compass-connection.ts';
import { dated } from './conditions.ts';
import { clip } from './error-text.ts';
import type { Observation } from './observation.ts';

/**
 * What is written while somebody else works on the connection: that it is so, as a condition, and nothing else of the
 * status that they keep. The conditions of what we did before stay as they were.
 */
export function parkedStatus(
  stored: CompassConnectionStatus | undefined,
  why: CompassError,
  at: Pick<Observation, 'now' | 'generation'>,
): CompassConnectionStatus {
  const before = stored?.conditions ?? [];
  const finding = { reason: why.reason, message: clip(messageOf(why)) };
  const find = (type: string) => before.find((condition) => condition.type === type);
  const own = [
    dated(find('Ready'), 'Ready', { status: 'False', ...finding }, at),
    dated(find('ForeignAgent'), 'ForeignAgent', { status: 'True', ...finding }, at),
  ];
  const others = before.filter(({ type }) => own.every((condition) => condition.type !== type));
  return {
    connectionState: stored?.connectionState ?? '',
    connectionStatus: stored?.connectionStatus ?? { certificateStatus: {} },
    ...(stored?.synchronizationStatus ? { synchronizationStatus: stored.synchronizationStatus } : {}),
    conditions: [...others, ...own],
  };
}
