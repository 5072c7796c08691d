import type { MigrationFacts } from './facts.ts';
import { isUp } from './workload.ts';

/** Who keeps the connection: the agent, the sidecar, both, or neither. */
export type Phase = 'agent' | 'sidecar' | 'both' | 'neither';

export function phaseOf({
  agent,
  sidecars,
  otherLeader,
}: Pick<MigrationFacts, 'agent' | 'sidecars' | 'otherLeader'>): Phase {
  const ofSidecar = sidecars.items.some(isUp) || otherLeader !== undefined;
  if (isUp(agent)) return ofSidecar ? 'both' : 'agent';
  return ofSidecar ? 'sidecar' : 'neither';
}
