import { isDisposable } from './ownership.ts';
import { foreignApplication, nameConflict } from './plan.ts';
import type { Present, PresentApplication } from './present.ts';
import type { Problem } from './problem.ts';

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** Who gets which name, once the whole listing is known. */
export interface Assignment {
  /** In the order in which they are written: whoever leaves a name comes before whoever takes it, except in a circle. */
  readonly granted: readonly Named[];
  readonly refused: ReadonlyMap<string, Problem>;
}

export interface Landscape {
  readonly present: Pick<Present, 'application' | 'applicationsOf'>;
  /** Name by id of a complete listing. */
  readonly heads: ReadonlyMap<string, string | undefined>;
  readonly connectionName: string;
}

/**
 * Settles the Applications whose names were held by another id when they were listed, and the renamed ones. The one
 * present keeps its name while it is listed with it, else the smaller id gets it; whoever is renamed away frees its
 * name, unless its own new name is refused. Names may go round in a circle, as when two are swapped. Pure.
 */
export function assignNames(wanting: readonly Named[], landscape: Landscape): Assignment {
  const granted = new Map<string, Named>();
  const refused = new Map<string, Problem>();
  const winners = new Map<string, Named>();
  for (const one of [...wanting].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const winner = winners.get(one.name);
    if (winner) refused.set(one.id, nameConflict(one.name, winner.id));
    else winners.set(one.name, one);
  }
  const byId = new Map([...winners.values()].map((one) => [one.id, one]));
  const underWay = new Set<string>();

  /** Whether `one` gets its name: an answer for whoever waits for the name that it leaves. */
  const settle = (one: Named): boolean => {
    if (granted.has(one.id) || underWay.has(one.id)) return true;
    if (refused.has(one.id)) return false;
    underWay.add(one.id);
    const problem = obstacle(one, landscape, (holderId) => {
      const holder = byId.get(holderId);
      return holder !== undefined && settle(holder);
    });
    underWay.delete(one.id);
    if (problem) refused.set(one.id, problem);
    else granted.set(one.id, one);
    return problem === undefined;
  };
  for (const one of winners.values()) settle(one);
  return { granted: [...granted.values()], refused };
}

function obstacle(one: Named, landscape: Landscape, leaves: (holderId: string) => boolean): Problem | undefined {
  const holder = landscape.present.application(one.name);
  if (!holder || holder.id === one.id) return undefined;
  if (holder.ownership === 'foreign') return foreignApplication(one.name);
  if (holder.id === undefined || !landscape.heads.has(holder.id)) {
    return isDisposable(holder.ownership, landscape.connectionName) ? undefined : foreignApplication(one.name);
  }
  if (isLeftover(holder, landscape) || leaves(holder.id)) return undefined;
  return nameConflict(one.name, holder.id);
}

/** Whether an Application is what a rename left behind: its id is listed under another name, and is there already. */
export function isLeftover(application: PresentApplication, { present, heads }: Landscape): boolean {
  if (application.id === undefined || application.ownership === 'foreign') return false;
  const name = heads.get(application.id);
  if (name === undefined || name === application.name) return false;
  const target = present.application(name);
  return target?.id === application.id && target.ownership !== 'foreign';
}
