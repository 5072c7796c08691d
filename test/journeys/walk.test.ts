import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { COMMANDS } from '../../plugin/commands.ts';
import { startTestCluster } from '../cluster/start-test-cluster.ts';
import { runPlugin } from '../plugin/run-plugin.ts';
import { assertAlike, runInEveryFormat } from './walk/alike.ts';
import { exitWith, FAULTS, type Fault, WALKS, type Walk } from './walk/lines.ts';
import { startWorld, type World } from './world.ts';

interface Ground {
  readonly world: World;
  readonly folder: string;
  /** Flags and environment that bring each fault about. */
  readonly faults: Readonly<Record<Fault, { readonly args: readonly string[]; readonly kubeconfig: string }>>;
}

/** A world where all is well, and the same with each fault in the way. */
async function startGround(t: TestContext): Promise<Ground> {
  const world = await startWorld(t);
  const folder = await mkdtemp(join(tmpdir(), 'compass-walk-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  world.simulator.landscape.createApplication({ name: 'orders' });
  await world.configure();
  world.start();
  await world.reaches('Synchronized');
  const nobody = await world.cluster.as({ name: 'nobody', groups: [] });
  const empty = await startTestCluster(t);
  const kubeconfig = world.cluster.kubeconfigPath;
  return {
    world,
    folder,
    faults: {
      unreachable: { args: ['--server', 'https://127.0.0.1:1'], kubeconfig },
      forbidden: { args: [], kubeconfig: nobody.kubeconfigPath },
      absent: { args: [], kubeconfig: empty.kubeconfigPath },
      misused: { args: ['--no-such-flag'], kubeconfig },
    },
  };
}

async function lineOf(name: string, { args }: Walk, { world, folder }: Ground): Promise<string[]> {
  const tokenFile = join(folder, 'token.txt');
  await writeFile(tokenFile, world.simulator.requestToken().rawEncoded);
  return [...name.split(' '), ...args.map((arg) => arg.replace('TOKEN', tokenFile).replace('FOLDER', folder))];
}

test('every command, in every format and whatever is in its way, gives one exit code and a document that agrees', async (t) => {
  const ground = await startGround(t);
  const env = { NODE_EXTRA_CA_CERTS: ground.world.caFile };
  for (const { name, load } of COMMANDS) {
    const walk = WALKS[name];
    await t.test(name, async () => {
      assert.ok(walk, `${name} has no line in walk/lines.ts`);
      const command = await load();
      const good = await lineOf(name, walk, ground);
      const runs = await runInEveryFormat(good, command, ground.world.cluster.kubeconfigPath, env);
      assertAlike(runs, walk.good ?? 0, name, command);
      const line = await lineOf(name, walk, ground);
      const built = await runPlugin(line, { ...env, KUBECONFIG: ground.world.cluster.kubeconfigPath });
      assertAlike([{ ...built, format: 'default' }], walk.good ?? 0, `${name}, as it is built`, command);
      for (const fault of Object.keys(FAULTS) as Fault[]) {
        const { args, kubeconfig } = ground.faults[fault];
        const expected = exitWith(fault, walk);
        const line = await lineOf(name, walk, ground);
        const failed = await runInEveryFormat([...line, ...args], command, kubeconfig, env);
        assertAlike(failed, expected, `${name}, ${fault}`, command);
        const failedBuilt = await runPlugin([...line, ...args], { ...env, KUBECONFIG: kubeconfig });
        assertAlike([{ ...failedBuilt, format: 'default' }], expected, `${name}, ${fault}, as it is built`, command);
      }
    });
  }
});
