import type { Level } from '../output/symbols.ts';
import type { ConnectionFacts } from './facts.ts';
import { isExpired } from './identity.ts';
import { type Judgement, type Line, PARTS, type Part, type Problem, type Verdict } from './judgement.ts';
import { agentLine, connectorLine, directorLine, identityLine, outageLine, syncLine } from './lines.ts';
import { findProblems } from './problems.ts';

/** What the facts come to at a moment: pure, so that one-shot, document and watch say the same. */
export function judge(facts: ConnectionFacts, now: number, clusterFlags?: string): Judgement {
  const lines: Record<Part, Line> = {
    identity: identityLine(facts, now),
    connector: connectorLine(facts, now),
    director: directorLine(facts, now),
    sync: syncLine(facts, now),
    agent: agentLine(facts, now),
    outage: outageLine(facts, now),
  };
  const problems = findProblems(facts, now, clusterFlags);
  const verdict = verdictOf(facts, lines, problems, now);
  return { verdict, exitCode: verdict === 'Healthy' ? 0 : 1, lines, problems };
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
  if (facts.state === 'Synchronized') return 'Healthy';
  return facts.state === 'Connected' || facts.state === undefined ? 'Connecting' : 'Degraded';
}

const LEVELS: Readonly<Record<Verdict, Level>> = {
  Healthy: 'ok',
  Degraded: 'warning',
  Disconnected: 'error',
  Connecting: 'busy',
};

/** How good a verdict is, for its mark and colour. */
export function levelOf(verdict: Verdict): Level {
  return LEVELS[verdict];
}
