import { test } from 'node:test';
import type { WorldOptions } from '../journeys/world.ts';
import { checkInvariants } from './invariants.ts';
import { ROWS, type RowId } from './rows.ts';
import { type FaultWorld, startFaultWorld } from './world.ts';

export interface RowOptions extends WorldOptions {
  /** Why it does not run, where that is so. */
  readonly skip?: string | false | undefined;
}

/**
 * The test of a row of the fault matrix, in a world of its own, with every invariant checked at its end. Rows that a test
 * proves without a world (a pure function, a server's answer) are plain tests whose names begin with the id.
 */
export function row(
  ids: RowId | readonly RowId[],
  title: string,
  body: (world: FaultWorld) => Promise<void>,
  { skip, ...options }: RowOptions = {},
): void {
  const names = [ids].flat();
  for (const id of names) if (!Object.hasOwn(ROWS, id)) throw new Error(`there is no row ${id}`);
  test(`${names.join(', ')}: ${title}`, { skip: skip ?? false }, async (t) => {
    const world = await startFaultWorld(t, options);
    await body(world);
    await checkInvariants(world);
  });
}
