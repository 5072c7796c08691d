import type { Compass } from '../compass.ts';
import type { Exchange } from '../gateway/exchange.ts';
import { type Caller, callerOf } from './caller.ts';
import { directorError } from './errors.ts';
import type { PageArguments } from './paging.ts';

export interface NestedArguments extends PageArguments {
  group?: string | null;
}

/** What the resolvers of one request share. */
export interface DirectorContext {
  compass: Compass;
  /** The caller, who must hold the scope; see director/caller.ts for what else can be wrong. */
  require(scope: string): Caller;
  /** True where the caller may see a field that needs the scope. */
  canSee(scope: string): boolean;
  /** Nested lists are loaded in one batch a request, which takes the arguments of the first parent for all of them. */
  batchArguments(list: string, own: NestedArguments): NestedArguments;
}

export function openContext(exchange: Exchange): DirectorContext {
  const batches = new Map<string, NestedArguments>();
  return {
    compass: exchange.compass,
    require: (scope) => {
      const caller = callerOf(exchange);
      if (!caller.can(scope)) throw directorError('InsufficientScopes', `the caller lacks the scope ${scope}`);
      return caller;
    },
    canSee: (scope) => callerOf(exchange).can(scope),
    batchArguments: (list, own) => {
      const first = batches.get(list) ?? own;
      batches.set(list, first);
      return first;
    },
  };
}
