import assert from 'node:assert/strict';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import type { ReportedPlan } from '#common/resources/report.ts';
import { until } from '../../cluster/until.ts';
import { reportOf } from '../cluster/steps.ts';
import type { FaultWorld } from '../world.ts';

/** A minute of the sidecar's clock is two seconds here, and it lists every second. */
export const FACTOR = 30;
export const PERIODS = { APP_CONTROLLER_SYNC_PERIOD: '30s', APP_MINIMAL_COMPASS_SYNC_TIME: '3s' };
const DEADLINE_MS = 60_000;

/** Pairs, with so many Applications `app-0`, `app-1` and so on in the cluster. */
export async function withApplications(world: FaultWorld, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) world.simulator.landscape.createApplication({ name: `app-${at}` });
  await world.configure();
  await world.reaches('Synchronized');
  assert.equal((await ours(world)).length, count);
}

/** The Director has them no longer. */
export function vanish(world: FaultWorld, ...names: readonly string[]): void {
  const { landscape } = world.simulator;
  for (const { id, name } of landscape.applications()) if (names.includes(name)) landscape.deleteApplication(id);
}

/** The names of the Applications in the cluster that Compass once listed. */
export async function ours({ cluster: { cluster } }: FaultWorld): Promise<string[]> {
  const names: string[] = [];
  for await (const { items } of cluster.listPages<Application>(APPLICATION)) {
    names.push(...items.filter(({ spec }) => spec?.compassMetadata).map(({ metadata }) => metadata.name));
  }
  return names.sort();
}

/** Waits until a plan is held, or one that is as it should be. */
export function heldPlan(world: FaultWorld, isRight: (plan: ReportedPlan) => boolean = () => true) {
  const look = async () => {
    const held = (await reportOf(world))?.held;
    return held && isRight(held) && held;
  };
  return until('a plan is held', look, DEADLINE_MS);
}

/** Waits until these, and no others, are in the cluster. */
export function areLeft(world: FaultWorld, ...names: readonly string[]): Promise<unknown> {
  const look = async () => (await ours(world)).join() === [...names].sort().join();
  return until(`${names.join() || 'none'} are left`, look, DEADLINE_MS);
}

/** Waits until so many further listings were read. */
export async function listings(world: FaultWorld, count: number): Promise<void> {
  const listed = () => world.count('director', 'applicationsForRuntime');
  const enough = listed() + count;
  await until(`${count} listings`, () => Promise.resolve(listed() >= enough), DEADLINE_MS);
}
