import { count } from '../status/words.ts';
import type { MigrationFacts } from './facts.ts';
import type { MigrationFinding } from './finding.ts';
import { judgeApplications, judgeConnection, judgeDefinitions } from './judge-connection.ts';
import { judgeSecrets } from './judge-secrets.ts';
import { judgeLosses, judgeSidecar } from './judge-sidecar.ts';
import { phaseOf } from './phase.ts';
import { judgeRights } from './rights.ts';
import { placeOf, wantedReplicas } from './workload.ts';

/** What speaks for and against a migration, of what was read alone. `now` in milliseconds since the epoch. */
export function judgeMigration(facts: MigrationFacts, now: number): readonly MigrationFinding[] {
  return [
    judgeAgent(facts),
    ...judgeKeepers(facts),
    ...judgeSecrets(facts.secrets, now),
    judgeConnection(facts),
    ...judgeDefinitions(facts),
    judgeApplications(facts),
    ...judgeSidecar(facts),
    judgeRights(facts),
    ...judgeLosses(facts),
  ];
}

function judgeAgent(facts: MigrationFacts): MigrationFinding {
  const { agent, record } = facts;
  const place = placeOf(agent);
  const replicas = wantedReplicas(agent);
  const base = { name: 'agent' };
  switch (phaseOf(facts)) {
    case 'both': {
      const message = `${place} and a sidecar run both: they take each other's tokens and Applications`;
      return { ...base, status: 'warning', reason: 'ForeignAgent', message };
    }
    case 'agent':
      return { ...base, status: 'ok', message: `${place} keeps the connection, with ${count(replicas, 'replica')}` };
    case 'sidecar':
      return { ...base, status: 'ok', message: `${place} is scaled to 0${record ? `, from ${record.replicas}` : ''}` };
    default: {
      const message = `${place} is scaled to 0, and no sidecar runs: nobody keeps the connection`;
      return {
        ...base,
        status: 'warning',
        reason: 'SidecarSilent',
        message,
        next: 'kubectl compass migrate from-agent --apply',
      };
    }
  }
}

function judgeKeepers({ agent, keepers, autoscalers = [] }: MigrationFacts): readonly MigrationFinding[] {
  const managed = keepers.map(
    ({ by, what, comesBack }): MigrationFinding => ({
      name: 'managed-by',
      status: 'warning',
      message: `${placeOf(agent)} is managed by ${by} (${what}): ${comesBack}`,
    }),
  );
  const scaled = autoscalers.map(
    (name): MigrationFinding => ({
      name: 'managed-by',
      status: 'warning',
      message: `HorizontalPodAutoscaler ${name} scales ${placeOf(agent)}: it leaves 0 replicas alone, and whoever keeps it may not; take it away`,
    }),
  );
  return [...managed, ...scaled];
}
