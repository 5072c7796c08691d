import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DEPLOYMENT, SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { conform } from '#common/resources/conform.ts';
import { MIGRATION_ANNOTATION } from '../../plugin/migrate/record.ts';
import type { Deployment } from '../../plugin/migrate/workload.ts';
import { MIGRATION_SCHEMA } from '../../plugin/schemas/migration.ts';
import { type Kubelet, type KubeletOptions, startKubelet } from '../kubelet/kubelet.ts';
import { assertEnd } from '../plugin/assert-exit.ts';
import { startPlugin } from '../plugin/start-plugin.ts';
import { AGENT, type AgentOptions, leftByAgent } from './left-by-agent.ts';
import { startWorld, type World } from './world.ts';

const SIDECAR = { kind: DEPLOYMENT, namespace: 'compass-system', name: 'compass-sidecar' };

interface Ground {
  readonly world: World;
  readonly kubelet: Kubelet;
  /** Runs the built plugin to its end, which is this one; what it printed. */
  run(exitCode: number, ...args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }>;
  agent(): Promise<Deployment>;
  sidecar(): Promise<Deployment | undefined>;
  applications(): Promise<Readonly<Record<string, string | undefined>>>;
  clientSecret(): Promise<Secret['data']>;
}

/** A cluster that the reference agent keeps connected, with a kubelet for its Pods and ours. */
async function startGround(
  t: TestContext,
  options: AgentOptions = {},
  images: KubeletOptions['images'] = {},
): Promise<Ground> {
  const world = await startWorld(t, { crds: 'field' });
  const { cluster } = world.cluster;
  for (const name of ['orders', 'customers']) world.simulator.landscape.createApplication({ name });
  await leftByAgent(cluster, world.simulator, options);
  world.simulator.requests.clear();
  const env = { APP_COMPASS_CA_BUNDLE: world.caFile, APP_KEY_SIZE: '2048' };
  const kubelet = await startKubelet(t, world.cluster, { env, images });
  const namespace = options.namespace ?? 'kyma-system';
  return {
    world,
    kubelet,
    async run(exitCode, ...args) {
      const { kubeconfigPath } = world.cluster;
      const running = await startPlugin(t, ['migrate', 'from-agent', ...args], { kubeconfigPath });
      await assertEnd(running, 'migrate from-agent', exitCode);
      return { stdout: running.stdout(), stderr: running.stderr() };
    },
    agent: () => cluster.get<Deployment>({ kind: DEPLOYMENT, namespace, name: AGENT }),
    sidecar: () => cluster.find<Deployment>(SIDECAR),
    async applications() {
      const found: [string, string | undefined][] = [];
      for await (const { items } of cluster.listPages<Application>(APPLICATION))
        for (const { metadata } of items) found.push([metadata.name, metadata.uid]);
      return Object.fromEntries(found);
    },
    clientSecret: async () =>
      (await cluster.get<Secret>({ kind: SECRET, namespace, name: 'cluster-client-certificates' })).data,
  };
}

test('migrate → rollback: the connection goes to the sidecar and back, without a token, and no Application moves', async (t) => {
  const ground = await startGround(t);
  const { world, run } = ground;
  const before = await ground.applications();
  const secret = await ground.clientSecret();
  assert.deepEqual(Object.keys(before).toSorted(), ['customers', 'orders']);

  const plan = await run(0, '-o', 'json');
  const planned = JSON.parse(plan.stdout);
  assert.deepEqual(conform(MIGRATION_SCHEMA, planned), planned);
  assert.deepEqual([planned.verdict.status, planned.phase], ['Ready', 'agent']);
  assert.ok(planned.settings.some((one: object) => 'as' in one && one.as === 'APP_CONTROLLER_SYNC_PERIOD'));
  assert.match(plan.stdout, /APP_DIRECTOR_PROXY_PORT \(the sidecar's Director proxy serves/);
  assert.equal(await ground.sidecar(), undefined, 'a plan changes nothing');
  assert.match((await run(7, '--apply')).stderr, /this needs a yes/);
  await run(0, '--apply', '--yes', '--dry-run=server');
  assert.equal(await ground.sidecar(), undefined, 'nor does a dry run');

  // One that the agent did not see, for it reads the first page alone.
  world.simulator.landscape.createApplication({ name: 'carts' });
  const applied = await run(0, '--apply', '--yes', '-o', 'json');
  const migrated = JSON.parse(applied.stdout);
  assert.deepEqual(conform(MIGRATION_SCHEMA, migrated), migrated);
  assert.deepEqual([migrated.verdict.status, migrated.phase], ['Migrated', 'sidecar']);
  assert.deepEqual(migrated.applications, { before: 2, after: 3, missing: [], replaced: [], added: ['carts'] });
  const { carts, ...kept } = await ground.applications();
  assert.ok(carts);
  assert.deepEqual(kept, before);
  const stopped = await ground.agent();
  assert.deepEqual([stopped.spec?.replicas, stopped.status?.replicas ?? 0], [0, 0]);
  assert.equal(JSON.parse(stopped.metadata.annotations?.[MIGRATION_ANNOTATION] ?? '{}').replicas, 1);
  assert.deepEqual(await ground.clientSecret(), secret, 'the same certificate is used');
  const tokenCalls = world.simulator.requests.list().filter(({ target }) => target === 'connector');
  assert.deepEqual(tokenCalls, [], 'no token was used');
  const env = (await ground.sidecar())?.spec?.template?.spec?.containers?.[0]?.env ?? [];
  const carried = Object.fromEntries(env.map(({ name, value }) => [name, value]));
  assert.equal(carried['APP_CONTROLLER_SYNC_PERIOD'], '20s');
  assert.equal(carried['APP_CLUSTER_CERTIFICATES_SECRET'], 'kyma-system/cluster-client-certificates');
  assert.match((await run(0, '--apply', '--yes')).stdout, /is migrated to compass-system\/compass-sidecar already/);

  assert.match((await run(7, '--rollback')).stderr, /this needs a yes/);
  await run(0, '--rollback', '--dry-run=server');
  assert.equal((await ground.agent()).spec?.replicas, 0);
  const back = JSON.parse((await run(0, '--rollback', '--yes', '-o', 'json')).stdout);
  assert.deepEqual(conform(MIGRATION_SCHEMA, back), back);
  assert.deepEqual([back.verdict.status, back.phase], ['RolledBack', 'agent']);
  const restored = await ground.agent();
  assert.deepEqual([restored.spec?.replicas, restored.status?.readyReplicas], [1, 1]);
  assert.equal(restored.metadata.annotations?.[MIGRATION_ANNOTATION], undefined);
  const resting = await ground.sidecar();
  assert.deepEqual([resting?.spec?.replicas, resting?.status?.replicas ?? 0], [0, 0]);
  assert.deepEqual(await ground.applications(), { ...before, carts });
  assert.deepEqual(await ground.clientSecret(), secret);
  assert.deepEqual(
    world.simulator.requests.list().filter(({ target }) => target === 'connector'),
    [],
  );
  assert.match((await run(0, '--rollback')).stdout, /keeps the connection already/);
});
