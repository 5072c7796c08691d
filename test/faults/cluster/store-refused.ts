import assert from 'node:assert/strict';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import { until } from '../../cluster/until.ts';
import type { Fault, FaultEffect } from '../../kube-api/faults.ts';
import type { FaultWorld } from '../world.ts';

/** For as long as it is switched on. */
export const ALWAYS = 1_000_000;

/** Switches a fault of the API server on, for whoever writes a Secret of the connection; gives what switches it off. */
export function refuseSecrets(world: FaultWorld, match: Omit<Fault, 'effect'>, effect: FaultEffect): () => void {
  const { embedded } = world.cluster;
  assert.ok(embedded);
  return embedded.faults.add({ resource: 'secrets', times: ALWAYS, ...match, effect });
}

/** Waits for ConnectionFailed with StoreForbidden, and checks that no token has left. */
export async function refusedBeforehand(world: FaultWorld, says: RegExp): Promise<void> {
  const { status } = await world.reaches('ConnectionFailed', (seen) => /^StoreForbidden/.test(errorOf(seen)));
  assert.match(status?.connectionStatus.error ?? '', says);
  const condition = status?.conditions?.find(({ type }) => type === 'StoreForbidden');
  assert.deepEqual([condition?.status, condition?.reason], ['True', 'StoreForbidden']);
  assert.equal(world.count('connector', 'configuration'), 0);
}

/** What was in the way is gone: the same token pairs, and nothing but one is spent. */
export async function pairsWithTheSameToken(world: FaultWorld): Promise<void> {
  const { status } = await world.reaches('Synchronized');
  assert.equal(
    status?.conditions?.find(({ type }) => type === 'StoreForbidden'),
    undefined,
  );
  assert.equal(world.count('connector', 'configuration'), 1);
}

export function errorOf({ status }: CompassConnection): string {
  return status?.connectionStatus.error ?? '';
}

/** The steps of the last pairing as the report shows them. */
export async function stepOf(world: FaultWorld, step: string, status: string): Promise<string> {
  return until(`the step ${step} is ${status}`, async () => {
    const found = (await world.report()).steps?.find((one) => one.step === step && one.status === status);
    return found && (found.message ?? '');
  });
}
