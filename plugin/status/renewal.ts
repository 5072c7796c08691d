import type { ReportedStep } from '#common/resources/report.ts';
import type { ConnectionFacts } from './facts.ts';
import { isRunning } from './identity.ts';

/** What makes a new certificate, by the verbs of requests. */
const VERBS = ['renew', 'reconnect'];

/** A step that has been under way for longer belongs to a sidecar that is gone. */
const LONGEST_STEP_MS = 10 * 60_000;

/** A renewal that is under way: its steps so far, the last of which may be busy. */
export interface Renewal {
  readonly steps: readonly ReportedStep[];
  /** When its last step began. */
  readonly since: number | undefined;
}

/** The renewal, or new pairing, that a running sidecar is at; undefined where it is not. */
export function renewalOf(facts: ConnectionFacts, now: number): Renewal | undefined {
  const { agent, steps, requests, isRenewalAsked } = facts;
  if (!agent || isRunning(agent, now) !== true) return undefined;
  const last = steps.at(-1);
  const since = last ? Date.parse(last.time) : Number.NaN;
  const isBusy = last?.status === 'busy' && now - since < LONGEST_STEP_MS;
  const isAsked =
    isRenewalAsked || requests.some(({ verb, finished }) => VERBS.includes(verb) && finished === undefined);
  if (!(isBusy || isAsked)) return undefined;
  return isBusy ? { steps, since } : { steps: [], since: undefined };
}
