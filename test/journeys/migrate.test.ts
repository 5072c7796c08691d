import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CONFIG_MAP, DEPLOYMENT, LEASE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { conform } from '#common/resources/conform.ts';
import { MIGRATION_ANNOTATION } from '../../plugin/migrate/record.ts';
import type { Deployment } from '../../plugin/migrate/workload.ts';
import { MIGRATION_SCHEMA } from '../../plugin/schemas/migration.ts';
import { until } from '../cluster/until.ts';
import { type Kubelet, type KubeletOptions, startKubelet } from '../kubelet/kubelet.ts';
import { assertEnd, assertExit, ranWith } from '../plugin/assert-exit.ts';
import type { PluginResult } from '../plugin/run-plugin.ts';
import type { Running } from '../plugin/start-here.ts';
import { startPlugin } from '../plugin/start-plugin.ts';
import { AGENT, type AgentOptions, leftByAgent } from './left-by-agent.ts';
import { startWorld, type World } from './world.ts';

const SIDECAR = { kind: DEPLOYMENT, namespace: 'compass-system', name: 'compass-sidecar' };

interface Ground {
  readonly world: World;
  readonly kubelet: Kubelet;
  /** Runs the built plugin to its end, however long that takes. */
  run(...args: readonly string[]): Promise<PluginResult>;
  start(...args: readonly string[]): Promise<Running>;
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
  const start = (...args: readonly string[]) =>
    startPlugin(t, ['migrate', 'from-agent', ...args], { kubeconfigPath: world.cluster.kubeconfigPath });
  return {
    world,
    kubelet,
    start,
    async run(...args) {
      const running = await start(...args);
      const code = await running.done;
      return ranWith({ code, stdout: running.stdout(), stderr: running.stderr() }, ['migrate', 'from-agent', ...args]);
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

  const plan = await run('-o', 'json');
  assertExit(plan, 'migrate from-agent', 0);
  const planned = JSON.parse(plan.stdout);
  assert.deepEqual(conform(MIGRATION_SCHEMA, planned), planned);
  assert.deepEqual([planned.verdict.status, planned.phase], ['Ready', 'agent']);
  assert.ok(planned.settings.some((one: object) => 'as' in one && one.as === 'APP_CONTROLLER_SYNC_PERIOD'));
  assert.match(plan.stdout, /APP_DIRECTOR_PROXY_PORT \(the sidecar's Director proxy serves/);
  assert.equal(await ground.sidecar(), undefined, 'a plan changes nothing');
  const unconfirmed = await run('--apply');
  assertExit(unconfirmed, 'migrate from-agent', 7);
  assert.match(unconfirmed.stderr, /this needs a yes/);
  const dry = await run('--apply', '--yes', '--dry-run=server');
  assertExit(dry, 'migrate from-agent', 0);
  assert.match(dry.stdout, /would be migrated \(server dry run\)\n(?: {2}.*\n){4}/);
  assert.equal(await ground.sidecar(), undefined, 'nor does a dry run');

  // One that the agent did not see, for it reads the first page alone.
  world.simulator.landscape.createApplication({ name: 'carts' });
  const applied = await run('--apply', '--yes', '-o', 'json');
  assertExit(applied, 'migrate from-agent', 0);
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
  assert.match((await run('--apply', '--yes')).stdout, /is migrated to compass-system\/compass-sidecar already/);

  assertExit(await run('--rollback'), 'migrate from-agent', 7);
  assertExit(await run('--rollback', '--dry-run=server'), 'migrate from-agent', 0);
  assert.equal((await ground.agent()).spec?.replicas, 0);
  const back = JSON.parse((await run('--rollback', '--yes', '-o', 'json')).stdout);
  assert.deepEqual(conform(MIGRATION_SCHEMA, back), back);
  assert.deepEqual([back.verdict.status, back.phase], ['RolledBack', 'agent']);
  const restored = await ground.agent();
  assert.deepEqual([restored.spec?.replicas, restored.status?.readyReplicas], [1, 1]);
  assert.equal(restored.metadata.annotations?.[MIGRATION_ANNOTATION], undefined);
  const resting = await ground.sidecar();
  assert.deepEqual([resting?.spec?.replicas, resting?.status?.replicas ?? 0], [0, 0]);
  assert.deepEqual(await ground.applications(), { ...before, carts });
  assert.deepEqual(await ground.clientSecret(), secret);
  for (const [kind, name] of [
    [CONFIG_MAP, 'report'],
    [CONFIG_MAP, 'migration'],
    [LEASE, 'lease'],
  ] as const)
    for (const namespace of ['compass-system', 'kyma-system']) {
      const ref = { kind, namespace, name: `compass-connection-${name}` };
      assert.equal(await world.cluster.cluster.find(ref), undefined, `${name} would say what is over`);
    }
  assert.deepEqual(
    world.simulator.requests.list().filter(({ target }) => target === 'connector'),
    [],
  );
  assert.match((await run('--rollback')).stdout, /keeps the connection already/);
});

test('a sidecar that does not start is taken back: the agent runs again as before, and nobody else', async (t) => {
  const ground = await startGround(t, { replicas: 1 }, { 'registry.example.com/compass-sidecar': 'missing' });
  const before = await ground.applications();
  const image = 'registry.example.com/compass-sidecar:0.0.1';
  const failed = await ground.run('--apply', '--yes', '--image', image, '--timeout', '20s', '-o', 'json');
  assertExit(failed, 'migrate from-agent', 1);
  const { error, verdict } = JSON.parse(failed.stdout);
  assert.deepEqual([error.reason, verdict.exitCode], ['MigrationFailed', 1]);
  assert.match(
    error.message,
    /compass-system\/compass-sidecar.*kyma-system\/compass-runtime-agent runs again as before/,
  );
  const agent = await ground.agent();
  assert.deepEqual([agent.spec?.replicas, agent.status?.readyReplicas], [1, 1]);
  assert.equal(agent.metadata.annotations?.[MIGRATION_ANNOTATION], undefined);
  assert.equal((await ground.sidecar())?.spec?.replicas, 0);
  assert.deepEqual(await ground.applications(), before);
  assert.deepEqual(ground.world.simulator.requests.list(), [], 'Compass has seen nothing of it');
});

test('Compass refuses the certificate: that is told at once, and the agent gets the connection back', async (t) => {
  const ground = await startGround(t);
  assert.ok(ground.world.simulator.revokeCertificates() > 0);
  const failed = await ground.run('--apply', '--yes');
  assertExit(failed, 'migrate from-agent', 1);
  assert.match(failed.stderr, /CMP0421 MigrationFailed/);
  assert.equal((await ground.agent()).spec?.replicas, 1);
  assert.equal((await ground.sidecar())?.spec?.replicas, 0);
});

test('Ctrl-C leaves a migration half done, and says so; it goes on from there, or back', async (t) => {
  // Whoever ends takes its time.
  const stubborn = [
    process.execPath,
    '-e',
    'process.on("SIGTERM", () => setTimeout(() => process.exit(0), 3000)); setInterval(() => {}, 1000)',
  ];
  const ground = await startGround(t, {}, { [AGENT]: stubborn });
  const before = await ground.applications();
  await until('the agent runs', async () => (await ground.agent()).status?.readyReplicas === 1);
  const interrupted = async () => {
    const running = await ground.start('--apply', '--yes');
    await until('the agent is to end', async () => (await ground.agent()).spec?.replicas === 0);
    await until('it is waited for', () =>
      Promise.resolve(running.stderr().includes('waiting') || running.stderr().includes('to be gone')),
    );
    return running;
  };
  const first = await interrupted();
  first.interrupt();
  await assertEnd(first, 'migrate from-agent', 130);
  assert.match(first.stderr(), /half done, and goes on with --apply, or back with --rollback/);
  assert.match(first.stderr(), /next: kubectl compass migrate from-agent --apply/);
  assert.equal((await ground.sidecar())?.spec?.replicas, 0);

  const back = await ground.run('--rollback', '--yes');
  assertExit(back, 'migrate from-agent', 0);
  assert.equal((await ground.agent()).status?.readyReplicas, 1);

  const second = await interrupted();
  second.interrupt('SIGTERM');
  await assertEnd(second, 'migrate from-agent', 143);
  const on = await ground.run('--apply', '--yes', '-o', 'json');
  assertExit(on, 'migrate from-agent', 0);
  const { applications, verdict } = JSON.parse(on.stdout);
  assert.deepEqual([verdict.status, applications.before, applications.missing], ['Migrated', 2, []]);
  assert.deepEqual(await ground.applications(), before);
});
