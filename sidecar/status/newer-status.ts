import type { CompassConnectionStatus } from '#common/resources/compass-connection.ts';

/**
 * The later of what this process knows and what the object says: its own, unless another leader has written since. So a
 * status that somebody removed or spoilt is rebuilt whole (K18), and none is set back in time (R12).
 */
export function newerStatus(
  own: CompassConnectionStatus | undefined,
  stored: CompassConnectionStatus | undefined,
): CompassConnectionStatus | undefined {
  if (!own || !stored) return own ?? stored;
  return lastWrite(stored) > lastWrite(own) ? stored : own;
}

function lastWrite({ connectionStatus, synchronizationStatus }: CompassConnectionStatus): number {
  const times = [connectionStatus.lastSync, synchronizationStatus?.lastAttempt];
  return Math.max(0, ...times.map((time) => (time ? Date.parse(time) : Number.NaN)).filter(Number.isFinite));
}
