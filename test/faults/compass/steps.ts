import assert from 'node:assert/strict';
import { systemClock } from '#common/clock.ts';
import type { Reason } from '#common/errors.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import type { FaultWorld } from '../world.ts';

/** How soon a new token is used, in ms, once it is stored (I7). */
const USED_WITHIN_MS = 10_000;

/** Waits until there is no connection for this reason; its message. */
export function fails(world: FaultWorld, reason: Reason, message: RegExp = /./): Promise<string> {
  return hasError(world, 'ConnectionFailed', reason, message);
}

/** Waits until the connection serves on, but is not kept up for this reason; its message. */
export function failsToKeepUp(world: FaultWorld, reason: Reason, message: RegExp = /./): Promise<string> {
  return hasError(world, 'ConnectionMaintenanceFailed', reason, message);
}

async function hasError(world: FaultWorld, state: string, reason: Reason, message: RegExp): Promise<string> {
  const of = ({ status }: CompassConnection) => status?.connectionStatus.error ?? '';
  const seen = await world.reaches(state, (one) => of(one).startsWith(`${reason}: `) && message.test(of(one)));
  return of(seen);
}

/** A sidecar in this process whose waits do not grow: half a second each. */
export function impatient(world: FaultWorld): void {
  world.here({}, systemClock, () => 0);
}

/** A new token in the Secret ends it, in the time that is promised. */
export async function newTokenPairs(world: FaultWorld): Promise<void> {
  const storedMs = performance.now();
  const before = world.count('connector', 'signCertificateSigningRequest');
  await world.configure();
  await world.reaches('Synchronized');
  assert.equal(world.count('connector', 'signCertificateSigningRequest'), before + 1);
  const tookMs = performance.now() - storedMs;
  assert.ok(tookMs < USED_WITHIN_MS, `the new token was used after ${tookMs} ms`);
}

/** How many of the user's tokens Compass took, for whatever came of it. */
export function takenTokens({ simulator }: FaultWorld): number {
  const taken = simulator.requests.list().filter(({ tokenConsumed }) => tokenConsumed);
  return taken.filter(({ rootFields }) => rootFields.includes('configuration')).length;
}

/** No call that reached Compass carried a token. */
export function noTokenLeft({ simulator }: FaultWorld): void {
  assert.deepEqual(
    simulator.requests.list().filter(({ tokenHash }) => tokenHash !== null),
    [],
  );
}
