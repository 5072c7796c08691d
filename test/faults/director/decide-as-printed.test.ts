import assert from 'node:assert/strict';
import { shellWords } from '../../../plugin/output/shell-words.ts';
import { runPlugin } from '../../plugin/run-plugin.ts';
import { whoAsks } from '../../plugin/who-asks.ts';
import { fastClock } from '../fast-clock.ts';
import { row } from '../row.ts';
import { areLeft, FACTOR, heldPlan, PERIODS, vanish, withApplications } from './vanish.ts';

/** The commands that decide on a plan in an output, as somebody copies them: with the lines that go on. */
function copied(output: string): string[][] {
  const commands = output.matchAll(/^ *(kubectl compass (?:approve|reject) (?:.*\\\n)*.*)$/gm);
  return [...commands].map(([, command = '']) => [...shellWords(command.replaceAll('\\\n', ' '))].slice(2));
}

row('D1', 'the commands that diff and status print decide on the plan, as they stand', async (world) => {
  world.here({ ...PERIODS, APP_DELETION_BUDGET: '1', APP_DELETION_HOLD: 'forever' }, fastClock(FACTOR));
  await withApplications(world, 4);
  vanish(world, 'app-0', 'app-1');
  const { id } = await heldPlan(world);
  const env = { KUBECONFIG: world.cluster.kubeconfigPath };
  const who = await whoAsks(world.cluster);
  const plugin = (...args: string[]) => runPlugin(args, env);

  const diff = await plugin('diff', '--summary');
  assert.match(diff.stdout, new RegExp(`2 deletions are held as plan ${id} since`));
  const [, reject = []] = copied(diff.stdout);
  assert.deepEqual(reject, ['reject', '--id', id]);
  assert.equal((await plugin(...reject)).code, 7, 'nobody said yes');
  const rejected = await plugin(...reject, '--yes');
  assert.equal(rejected.code, 0, rejected.stderr);
  assert.match(
    rejected.stderr,
    new RegExp(`plan ${id} deletes 2 Applications,[\\s\\S]*\\n {2}- app-0\\n {2}- app-1\\n`),
  );
  await heldPlan(world, (plan) => plan.id === id && plan.decision === 'rejected');

  const { stdout } = await plugin('status');
  assert.match(stdout, new RegExp(`CMP0402 2 deletions are held as plan ${id}, which was rejected`));
  const [approve = []] = copied(stdout);
  assert.deepEqual(approve, ['approve', 'deletions', '--id', id]);
  const approved = await plugin(...approve, '--yes', '-o', 'json');
  assert.equal(approved.code, 0, approved.stderr);
  const { applications, verdict, plan, by } = JSON.parse(approved.stdout);
  assert.deepEqual([verdict.status, plan.id, by], ['Deleted', id, who]);
  assert.deepEqual(applications, [
    { name: 'app-0', result: 'deleted' },
    { name: 'app-1', result: 'deleted' },
  ]);
  await areLeft(world, 'app-2', 'app-3');
  assert.equal((await plugin('approve', 'deletions')).code, 3, 'nothing is held any more');
  const [latest] = JSON.parse((await plugin('history', '-o', 'json')).stdout).revisions;
  assert.deepEqual([latest.plan, latest.approvedBy, latest.deleted], [id, who, 2]);
  assert.match(
    (await plugin('history', 'app-0')).stdout,
    /- Application app-0 deleted {2}no longer listed; plan \w+ was approved by /,
  );

  world.simulator.landscape.createApplication({ name: 'app-4' });
  await areLeft(world, 'app-2', 'app-3', 'app-4');
  vanish(world, 'app-2', 'app-3');
  const next = await heldPlan(world);
  assert.notEqual(next.id, id);
  const changed = await plugin(...approve, '--yes');
  assert.equal(changed.code, 7);
  assert.match(changed.stderr, /PlanChanged/);
  const document = JSON.parse((await plugin('status', '-o', 'json')).stdout);
  const remediation = document.findings.flatMap((finding: { remediation: unknown[] }) => finding.remediation);
  const found = remediation.find(({ command = [] }: { command?: string[] }) => command[2] === 'approve');
  const { code, stderr } = await plugin(...found.command.slice(2), '--yes');
  assert.equal(code, 0, stderr);
  await areLeft(world, 'app-4');
});
