import type { CompassError, Reason } from '#common/errors.ts';
import type { Level } from '../output/symbols.ts';
import { type CommandPlace, levelOf } from '../status/judge.ts';
import type { Judgement, Verdict } from '../status/judgement.ts';
import type { View } from '../status/view.ts';

/** Why a cluster gave no answer about its connection: none of it says anything about the connection itself. */
type Silence = 'Unreachable' | 'LoginFailed' | 'NotPermitted' | 'Misconfigured';

/** How one connection of a fleet stands: the words of `status`, or why it cannot be said. */
type MemberState = Verdict | Silence | 'NotInstalled';

/** One connection of one context; or the context alone, where no connection was seen. */
export interface Member {
  readonly context: string;
  readonly state: MemberState;
  /** What a suggested command has to say to look at it. */
  readonly place: CommandPlace;
  /** What was seen, as `status` has it; undefined where there was nothing to see. */
  readonly view: View | undefined;
  /** Why nothing was seen. */
  readonly error: CompassError | undefined;
}

const SILENCES: Readonly<Partial<Record<Reason, MemberState>>> = {
  NotInstalled: 'NotInstalled',
  ClusterNotFound: 'NotInstalled',
  ClusterForbidden: 'NotPermitted',
  ClusterUnauthorized: 'LoginFailed',
  InvalidSetting: 'Misconfigured',
};

/** The state of a context that could not be looked at, by what went wrong. */
export function stateOfError({ reason }: CompassError): MemberState {
  return SILENCES[reason] ?? 'Unreachable';
}

/** A connection's state: the verdict of `status`. */
export function stateOfJudgement({ verdict }: Judgement): MemberState {
  return verdict;
}

/** Whether it was seen and is not well. */
export function isUnhealthy({ view }: Member): boolean {
  return view !== undefined && view.judgement.exitCode !== 0;
}

/** Whether the cluster gave no answer: unreachable is not unhealthy. */
export function isSilent({ view, state }: Member): boolean {
  return view === undefined && state !== 'NotInstalled';
}

const WORDS: Readonly<Partial<Record<MemberState, string>>> = {
  Unreachable: 'unreachable',
  LoginFailed: 'login failed',
  NotPermitted: 'not permitted',
  Misconfigured: 'misconfigured',
  NotInstalled: 'not installed',
};

/** The state in the words of a table. */
export function wordOf(state: MemberState): string {
  return WORDS[state] ?? state;
}

/** How good a state is, for its mark and colour; `unknown` where the cluster gave no answer. */
export function levelOfMember({ view, state }: Member): Level | 'unknown' {
  if (view) return levelOf(view.judgement.verdict);
  return state === 'NotInstalled' ? 'none' : 'unknown';
}
