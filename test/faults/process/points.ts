import { readFileSync } from 'node:fs';
import { isBeside, isRead, kindOf } from './point-names.ts';
import type { ScenarioName } from './scenarios.ts';

/** The calls of one scenario by name, as points.json has them; crash-points.ts writes it from traced runs. */
export interface ScenarioCalls {
  /** What the pass does, call by call, in order: the same in every run. */
  readonly calls: readonly string[];
  /** What goes on beside it, or is read once more when a watch wakes the loop: at least these, in no order. */
  readonly beside: readonly string[];
}

export type CommittedCalls = Readonly<Record<ScenarioName, ScenarioCalls>>;

export function readCommitted(): CommittedCalls {
  return JSON.parse(readFileSync(new URL('points.json', import.meta.url), 'utf8')) as CommittedCalls;
}

/** The calls that a traced run shows. What only looks, after the last call that changes something, is its rest. */
export function callsOf(trace: string, jumpAt: string | undefined): ScenarioCalls {
  const lines = trace.split('\n').filter((line) => line !== '');
  const jump = jumpAt === undefined ? -1 : lines.indexOf(jumpAt);
  const seen = lines
    .map((line, at) => ({ name: line.replace(/^before /, ''), isBefore: line.startsWith('before '), at }))
    .filter(({ isBefore }) => isBefore)
    .map(({ name, at }) => ({ name, isBeside: isBeside(name) || (jump >= 0 && at > jump && isRead(name)) }));
  const last = seen.findLastIndex(({ name, isBeside }) => !isBeside && !isRead(name));
  const until = seen.slice(0, last + 1);
  return {
    calls: until.filter(({ isBeside }) => !isBeside).map(({ name }) => name),
    beside: until.filter(({ isBeside }) => isBeside).map(({ name }) => name),
  };
}

/** The calls of a traced run that have no point: of the pass each one, beside it each kind, whose points are another scenario's. */
export function withoutPoint(traced: ScenarioCalls, scenario: ScenarioName, committed: CommittedCalls): string[] {
  const all = Object.values(committed).flatMap(({ calls, beside }) => [...calls, ...beside]);
  const kinds = new Set(all.map(kindOf));
  return [
    ...traced.calls.filter((name) => !committed[scenario].calls.includes(name)),
    ...traced.beside.filter((name) => !kinds.has(kindOf(name))),
  ];
}

/** The points that a run no longer passes. */
export function notPassed(traced: ScenarioCalls, committed: ScenarioCalls): readonly string[] {
  return committed.calls.filter((name) => !traced.calls.includes(name));
}

/** A moment between two calls, by the names that it has: after the one, and before the next. */
export interface Boundary {
  readonly scenario: ScenarioName;
  readonly points: readonly string[];
  /** Beside the pass: it may come at any time, or not at all. Then these are two moments. */
  readonly isBeside: boolean;
}

/** What comes at no certain time is died at no more often than this, of each kind. */
const MOST_BESIDE = 2;

export function boundariesOf(scenario: ScenarioName, { calls, beside }: ScenarioCalls): readonly Boundary[] {
  const between = Array.from({ length: calls.length + 1 }, (_, at) => {
    const points = [...calls.slice(Math.max(0, at - 1), at).map(after), ...calls.slice(at, at + 1).map(before)];
    return { scenario, points, isBeside: false };
  });
  const few = beside.filter((name) => Number(/#(\d+)/.exec(name)?.[1]) <= MOST_BESIDE);
  return [...between, ...few.map((name) => ({ scenario, points: [before(name), after(name)], isBeside: true }))];
}

export const before = (name: string) => `before ${name}`;
export const after = (name: string) => `after ${name}`;
