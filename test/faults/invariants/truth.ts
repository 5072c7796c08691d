import type { CompassConnection } from '#common/resources/compass-connection.ts';
import { until } from '../../cluster/until.ts';
import { CONNECTION } from '../../journeys/world.ts';
import type { SidecarHere } from '../sidecar-here.ts';
import type { FaultWorld } from '../world.ts';
import type { CompassRequest } from './chronicle.ts';

/** More than a round of the sidecars of these tests. */
const ONE_ROUND_MS = 10_000;

/** I11: it lives, and calls itself synchronized within a round only where the Director's last answer was one. */
export async function checkTruth(world: FaultWorld): Promise<void> {
  const running = world.sidecars.filter(({ isStopped }) => !isStopped);
  // With a clock that jumps it may not have lived for minutes.
  if (world.chronicle().isRealTime) for (const sidecar of running) await lives(sidecar);
  let state: string | undefined;
  const isTrue = async () => {
    state = (await world.cluster.cluster.find<CompassConnection>(CONNECTION))?.status?.connectionState;
    return state !== 'Synchronized' || wasListed(world.chronicle().requests);
  };
  const what = () => `I11: the status says ${state}, and the Director's last answer was an error`;
  if (world.cluster.embedded && world.sidecars.some(({ isStopped }) => !isStopped))
    await until(what, isTrue, ONE_ROUND_MS);
}

async function lives({ lines }: SidecarHere): Promise<void> {
  const port = lines.find(({ msg }) => msg === 'started')?.['healthPort'];
  const isSaid = async () => port === undefined || (await fetch(`http://127.0.0.1:${port}/livez`)).ok;
  await until('I11: it says that it lives', isSaid, ONE_ROUND_MS);
}

export function wasListed(requests: readonly CompassRequest[]): boolean {
  const last = requests.findLast(
    ({ request, ended }) => ended && request.rootFields.includes('applicationsForRuntime'),
  );
  return last === undefined || last.request.outcome === 'ok';
}
