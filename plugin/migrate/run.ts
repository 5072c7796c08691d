import type { Invocation } from '../command.ts';
import { reading } from '../connection/reading.ts';
import { clusterFlags, sidecarNamespace } from '../kubeconfig/flags.ts';
import { plain } from '../output/text.ts';
import { applyMigration, isMigrated } from './apply.ts';
import { type MigrationContext, Steps } from './context.ts';
import { fetchFacts } from './facts.ts';
import { findAgent } from './find-agent.ts';
import { judgeMigration } from './judge.ts';
import { judgeWayBack } from './judge-way-back.ts';
import { type MigrationOptions, readMigrationOptions } from './options.ts';
import { exitCodeOfOutcome, type MigrationOutcome } from './outcome.ts';
import { phaseOf } from './phase.ts';
import { planSteps } from './plan-steps.ts';
import { readBaseline } from './prove.ts';
import { requireUnblocked } from './require-unblocked.ts';
import { isRolledBack, rollBack } from './roll-back.ts';
import { migrationView } from './view.ts';

/** `migrate from-agent`: looks, judges, does what was asked for, prints; the exit code. */
export async function runMigration(invocation: Invocation): Promise<number> {
  const { flags, style, stdout, clock } = invocation;
  const outcome = await migrate(invocation, readMigrationOptions(flags));
  const place = { clusterFlags: clusterFlags(flags), namedNamespace: flags.text('namespace') };
  const screen = { ...style, ...place, width: stdout.columns ?? 100 };
  await invocation.print(migrationView(outcome, screen, clock.now()));
  return exitCodeOfOutcome(outcome);
}

async function migrate(invocation: Invocation, options: MigrationOptions): Promise<MigrationOutcome> {
  const { flags, env, clock, progress } = invocation;
  const { action, dryRun, timeoutMs, image } = options;
  const { cluster } = await invocation.connect();
  const namespace = sidecarNamespace(flags, env);
  const agent = await findAgent(cluster, flags, namespace);
  const facts = await fetchFacts(cluster, { agent, namespace, now: clock.now() });
  const context: MigrationContext = { invocation, cluster, facts, dryRun, timeoutMs, steps: new Steps(progress) };
  if (action === 'rollback') return goingBack(invocation, context);
  const findings = judgeMigration(facts, clock.now());
  const shared = { action, dryRun, facts, findings };
  if (isMigrated(context)) return { ...shared, status: 'Migrated', phase: 'sidecar', steps: [] };
  if (action === 'plan') {
    const isBlocked = findings.some(({ status }) => status === 'error');
    return {
      ...shared,
      status: isBlocked ? 'Blocked' : 'Ready',
      phase: phaseOf(facts),
      steps: planSteps(facts, image),
    };
  }
  requireUnblocked(findings);
  warn(invocation, findings);
  if (image !== undefined && facts.sidecars.items.length > 0) {
    invocation.hint('warning: --image is left out, since a sidecar is there, and used as it is');
  }
  const applications = await applyMigration(invocation, context, image);
  const [status, phase] =
    dryRun === 'none' ? (['Migrated', 'sidecar'] as const) : (['DryRun', phaseOf(facts)] as const);
  return { ...shared, status, phase, steps: context.steps.done, applications };
}

async function goingBack(invocation: Invocation, context: MigrationContext): Promise<MigrationOutcome> {
  const { facts, dryRun, steps } = context;
  const nothing = { action: 'rollback', dryRun, facts, findings: [] } as const;
  if (isRolledBack(context)) return { ...nothing, status: 'RolledBack', phase: 'agent', steps: [] };
  const findings = await findCosts(context);
  const shared = { ...nothing, findings };
  warn(invocation, findings);
  const applications = await rollBack(invocation, context);
  if (dryRun !== 'none') return { ...shared, status: 'DryRun', phase: phaseOf(facts), steps: steps.done };
  return { ...shared, status: 'RolledBack', phase: 'agent', steps: steps.done, applications };
}

/** What a way back costs; where the report may not be read, nobody knows. */
async function findCosts(context: MigrationContext): Promise<MigrationOutcome['findings']> {
  const right = { verb: 'get', resource: 'configmaps', namespace: context.facts.namespace };
  const { items } = await reading(right, async () => [await readBaseline(context)]);
  return items.flatMap((report) => (report ? judgeWayBack(report) : []));
}

/** What the plan shows, whoever did not look at it sees before anything is done. */
function warn({ hint, style }: Invocation, findings: MigrationOutcome['findings']): void {
  for (const { status, name, message } of findings) {
    if (status !== 'warning') continue;
    hint(`warning: ${name === 'not-carried-over' ? 'not carried over: ' : ''}${plain(message, style.symbols)}`);
  }
}
