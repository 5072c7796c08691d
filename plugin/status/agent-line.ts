import { humanDuration } from '../output/age.ts';
import type { AgentFacts, ConnectionFacts } from './facts.ts';
import { isRunning } from './identity.ts';
import type { Line } from './judgement.ts';
import { isStale } from './staleness.ts';
import { count } from './words.ts';

/** The sidecar: whether it runs, and which. */
export function agentLine(facts: ConnectionFacts, now: number): Line {
  const { agent } = facts;
  if (!agent) return agentWithoutReport(facts, now);
  const version = agent.version ? [`v${agent.version.replace(/^v/, '')}`] : [];
  const leader = agent.leader ? [`leader ${agent.leader}`] : [];
  if (isRunning(agent, now) === false) {
    const since = humanDuration(now - (agent.leaseUntil ?? now));
    return { level: 'error', facts: [`not running since ${since}`, ...version] };
  }
  if (isRunning(agent, now) === undefined) {
    return { level: 'none', facts: ['not known whether it runs', ...version, ...leader] };
  }
  return { level: 'ok', facts: [...version, ...leader, ...restarts(agent, now)] };
}

function restarts({ restarts: times, restartedAt }: AgentFacts, now: number): string[] {
  if (!times) return [];
  const last = restartedAt === undefined ? '' : `, ${humanDuration(now - restartedAt)} ago`;
  return [`${count(times, 'restart')}${last}`];
}

/** Another agent may keep the connection, which tells of itself by what it writes. */
function agentWithoutReport(facts: ConnectionFacts, now: number): Line {
  const { namespace, writtenAt, notPermitted } = facts;
  const isHidden = notPermitted.some(({ resource }) => resource === 'configmaps');
  const what = isHidden ? 'its report may not be read' : `no sidecar found${namespace ? ` in ${namespace}` : ''}`;
  const written = writtenAt === undefined ? [] : [`status written ${humanDuration(now - writtenAt)} ago`];
  return { level: isStale(facts, now) ? 'warning' : 'none', facts: [what, ...written] };
}
