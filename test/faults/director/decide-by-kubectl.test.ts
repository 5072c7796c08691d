import assert from 'node:assert/strict';
import { NO_KUBECTL } from '../../cluster/kubectl.ts';
import { startReader } from '../../journeys/readme-commands.ts';
import { runHere } from '../../plugin/run-plugin.ts';
import { fastClock } from '../fast-clock.ts';
import { row } from '../row.ts';
import { areLeft, FACTOR, heldPlan, PERIODS, vanish, withApplications } from './vanish.ts';

/** The commands of kubectl's own that stand in an output, as somebody copies them: with the lines that go on. */
function copied(output: string): string[] {
  return [...output.matchAll(/^ *(kubectl annotate (?:.*\\\n)*.*)$/gm)].map(([, command = '']) => command);
}

row(
  'D1',
  'the commands that diff and status print decide on the plan, as they stand',
  async (world) => {
    world.here({ ...PERIODS, APP_DELETION_BUDGET: '1', APP_DELETION_HOLD: 'forever' }, fastClock(FACTOR));
    await withApplications(world, 4);
    vanish(world, 'app-0', 'app-1');
    const { id } = await heldPlan(world);
    const env = { KUBECONFIG: world.cluster.kubeconfigPath };
    const reader = await startReader(world.t, env);

    const diff = await runHere(['diff', '--summary'], env);
    assert.match(diff.stdout, new RegExp(`2 deletions are held as plan ${id} since`));
    const [, reject = ''] = copied(diff.stdout);
    await reader.run(reject);
    await heldPlan(world, (plan) => plan.id === id && plan.decision === 'rejected');

    const { stdout } = await runHere(['status'], env);
    assert.match(stdout, new RegExp(`CMP0402 2 deletions are held as plan ${id}, which was rejected`));
    const [approve = ''] = copied(stdout);
    await reader.run(approve);
    await areLeft(world, 'app-2', 'app-3');

    world.simulator.landscape.createApplication({ name: 'app-4' });
    await areLeft(world, 'app-2', 'app-3', 'app-4');
    vanish(world, 'app-2', 'app-3');
    const next = await heldPlan(world);
    const document = JSON.parse((await runHere(['status', '-o', 'json'], env)).stdout);
    const remediation = document.findings.flatMap((finding: { remediation: unknown[] }) => finding.remediation);
    const found = remediation.find(({ command = [] }: { command?: string[] }) => command[1] === 'annotate');
    const { code, stderr } = await world.cluster.kubectl(found.command.slice(1));
    assert.equal(code, 0, stderr);
    await areLeft(world, 'app-4');
    assert.notEqual(next.id, id);
  },
  { skip: NO_KUBECTL },
);
