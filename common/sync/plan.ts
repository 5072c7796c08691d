import { isDisposable } from './ownership.ts';
import type { PresentApplication } from './present.ts';
import type { Problem } from './problem.ts';

/** What there is to know about one listed Application while the listing is still being read. */
export interface Situation {
  readonly id: string;
  readonly name: string;
  /** The present Application of that name, whoever's it is. */
  readonly holder: PresentApplication | undefined;
  /** Those that carry the id under other names. */
  readonly elsewhere: readonly PresentApplication[];
  /** The id that took the name earlier in this round, before anything was written. */
  readonly claimedBy: string | undefined;
  readonly connectionName: string;
}

export type Decision =
  | { readonly action: 'create' }
  | { readonly action: 'update'; readonly target: PresentApplication }
  /** Renames, and names that another id holds: they need to know the whole listing. */
  | { readonly action: 'defer' }
  | { readonly action: 'refuse'; readonly problem: Problem };

/** What becomes of one listed Application, as far as its own page tells. Pure. */
export function decide(situation: Situation): Decision {
  const { id, name, holder, elsewhere, claimedBy, connectionName } = situation;
  if (claimedBy !== undefined && claimedBy !== id) return { action: 'refuse', problem: nameConflict(name, claimedBy) };
  if (!holder) return { action: elsewhere.length > 0 ? 'defer' : 'create' };
  if (holder.ownership === 'foreign') return { action: 'refuse', problem: foreignApplication(name) };
  if (holder.id === id) return { action: 'update', target: holder };
  if (holder.id !== undefined) return { action: 'defer' };
  if (isDisposable(holder.ownership, connectionName)) return { action: 'update', target: holder };
  return { action: 'refuse', problem: foreignApplication(name) };
}

export function nameConflict(name: string, holderId: string): Problem {
  return { reason: 'NameConflict', message: `the name ${name} is that of the Application with id ${holderId}` };
}

export function foreignApplication(name: string): Problem {
  return { reason: 'ForeignObject', message: `the Application ${name} in the cluster is not kept by this connection` };
}
