import type { Place } from '../failure.ts';
import type { Level } from '../output/symbols.ts';
import { agentLine } from './agent-line.ts';
import type { ConnectionFacts } from './facts.ts';
import { isExpired } from './identity.ts';
import { identityLine } from './identity-line.ts';
import { type Judgement, type Line, PARTS, type Part, type Problem, type Verdict } from './judgement.ts';
import { connectorLine, directorLine, outageLine, syncLine } from './lines.ts';
import { findProblems } from './problems.ts';
import { renewalOf } from './renewal.ts';
import { waysOut } from './ways-out.ts';

/** What suggested commands have to say to look at the same sidecar in the same cluster. */
export type CommandPlace = Pick<Place, 'clusterFlags' | 'namedNamespace'>;

/** What the facts come to at a moment: pure, so that one-shot, document and watch say the same. */
export function judge(facts: ConnectionFacts, now: number, place: CommandPlace = {}): Judgement {
  const lines: Record<Part, Line> = {
    identity: identityLine(facts, now),
    connector: connectorLine(facts, now),
    director: directorLine(facts, now),
    sync: syncLine(facts, now),
    agent: agentLine(facts, now),
    outage: outageLine(facts, now),
  };
  const problems = findProblems(facts, now, place);
  const verdict = verdictOf(facts, lines, problems, now);
  const exitCode = verdict === 'Healthy' || verdict === 'Renewing' ? 0 : 1;
  return { verdict, exitCode, lines, problems, waysOut: waysOut(facts, problems, place) };
}

function verdictOf(
  facts: ConnectionFacts,
  lines: Record<Part, Line>,
  problems: readonly Problem[],
  now: number,
): Verdict {
  if (facts.state === 'ConnectionFailed' || isExpired(facts.identity, now)) return 'Disconnected';
  const levels = PARTS.map((part) => lines[part].level);
  if (problems.length > 0 || levels.some((level) => level === 'warning' || level === 'error')) return 'Degraded';
  if (facts.state === 'Synchronized') return renewalOf(facts, now) ? 'Renewing' : 'Healthy';
  return facts.state === 'Connected' || facts.state === undefined ? 'Connecting' : 'Degraded';
}

const LEVELS: Readonly<Record<Verdict, Level>> = {
  Healthy: 'ok',
  Renewing: 'busy',
  Degraded: 'warning',
  Disconnected: 'error',
  Connecting: 'busy',
};

/** How good a verdict is, for its mark and colour. */
export function levelOf(verdict: Verdict): Level {
  return LEVELS[verdict];
}
