import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { CONFIG_MAP, type ConfigMap, SECRET, type Secret } from '#common/cluster/objects.ts';
import { REPORT_KEY, type Report, readReport } from '#common/resources/report.ts';
import { assertExit } from '../plugin/assert-exit.ts';
import { type PluginResult, runPlugin } from '../plugin/run-plugin.ts';
import { CLIENT, CONFIGURATION, startWorld, type World } from './world.ts';

interface Desk {
  readonly world: World;
  /** Where files of the operator lie. */
  readonly folder: string;
  plugin(args: readonly string[], input?: string): Promise<PluginResult>;
  report(): Promise<Report | undefined>;
}

/** A world, and somebody with the plugin at its cluster, who trusts its Compass. */
async function startDesk(...[t, options]: Parameters<typeof startWorld>): Promise<Desk> {
  const world = await startWorld(t, options);
  const folder = dirname(world.cluster.kubeconfigPath);
  const caFile = join(folder, 'compass-ca.pem');
  await writeFile(caFile, world.simulator.caPem);
  const env = { KUBECONFIG: world.cluster.kubeconfigPath, NODE_EXTRA_CA_CERTS: caFile };
  const ref = { kind: CONFIG_MAP, namespace: 'compass-system', name: 'compass-connection-report' };
  return {
    world,
    folder,
    plugin: (args, input) => runPlugin(args, env, input),
    report: async () => readReport((await world.cluster.cluster.find<ConfigMap>(ref))?.data?.[REPORT_KEY]),
  };
}

/** No secret of these stands in anything that was printed. */
function assertSecret({ stdout, stderr }: PluginResult, ...secrets: readonly string[]): void {
  for (const secret of secrets) assert.ok(!`${stdout}${stderr}`.includes(secret), 'a secret is printed');
}

test('an invitation becomes a connection, step by step, and is in no output', async (t) => {
  const { world, plugin } = await startDesk(t);
  world.start({ APP_CONTROLLER_SYNC_PERIOD: '1h' });
  await world.reaches('ConnectionFailed');
  const other = { OTHER: Buffer.from('stays').toString('base64') };
  const secret: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: CONFIGURATION, data: other };
  await world.cluster.cluster.create(SECRET, secret);
  world.simulator.landscape.createApplication({ name: 'orders' });
  const { rawEncoded, token } = world.simulator.requestToken();

  const args = ['connect', '--token-stdin', '--runtime-id', world.simulator.runtimeId, '-v=9'];
  const result = await plugin(args, rawEncoded);
  assertExit(result, 'connect', 0);
  assert.match(result.stdout, /^connected compass-connection \(1 application, \d+\.\ds\)\n$/);
  assert.match(result.stderr, /reach +localhost \d+ TLS1\.3, \d+ms, clock skew/);
  const steps = ['token', 'reach', 'secret', 'key', 'configuration', 'sign', 'store', 'prove', 'first sync'];
  for (const step of steps) assert.match(result.stderr, new RegExp(`^✔ ${step} `, 'm'));
  assertSecret(result, token, rawEncoded);
  assert.equal((await world.secret(CONFIGURATION.namespace, CONFIGURATION.name))?.['OTHER'], 'stays');

  const again = await plugin(args, world.simulator.requestToken().rawEncoded);
  assert.equal(again.code, 7);
  assert.match(again.stderr, /connected already.*nothing was changed[\s\S]*next: kubectl compass reconnect/);
});

test('a refused token says so, with exit code 6, and a new one connects', async (t) => {
  const { world, plugin } = await startDesk(t);
  world.start({ APP_CONTROLLER_SYNC_PERIOD: '1h' });
  await world.reaches('ConnectionFailed');
  const { token } = world.simulator.requestToken();
  world.simulator.identities.expireTokensOf(world.simulator.runtimeId);
  const { runtimeId, urls } = world.simulator;
  const args = ['connect', '--token-stdin', '--runtime-id', runtimeId, '--connector-url', urls.connector, '-o', 'json'];

  for (let attempt = 1; attempt <= 2; attempt++) {
    const refused = await plugin(args, token);
    assertExit(refused, 'connect', 6);
    assert.match(refused.stderr, /^✗ configuration .*token is refused/m);
    const { error, verdict } = JSON.parse(refused.stdout) as { error: { reason: string }; verdict: object };
    assert.deepEqual([error.reason, verdict], ['TokenRefused', { status: 'Failed', exitCode: 6 }]);
    assertSecret(refused, token);
  }
  const good = await plugin(args, world.simulator.requestToken().token);
  assert.equal(good.code, 0, good.stderr);
});

test('reconnect brings a new certificate into use while the one before serves', async (t) => {
  const { world, plugin, report } = await startDesk(t);
  await world.configure();
  world.start();
  const before = await world.reaches('Synchronized');
  const inUse = (await report())?.identity?.fingerprints?.inUse;
  const { rawEncoded, token } = world.simulator.requestToken();

  const result = await plugin(['reconnect', '--token-stdin'], rawEncoded);
  assert.equal(result.code, 0, result.stderr);
  assert.match(result.stdout, /^reconnected compass-connection \(certificate valid for .*s\)\n$/);
  assert.notEqual((await report())?.identity?.fingerprints?.inUse, inUse);
  assert.equal((await world.connection()).metadata.uid, before.metadata.uid);
  assertSecret(result, token, rawEncoded);

  // It was taken out of the Secret when it was used, so that only the sidecar knows it again.
  const used = await plugin(['reconnect', '--token-stdin'], `${token}\n`);
  assert.equal(used.code, 6, used.stderr);
  assert.match(used.stderr, /the TOKEN in the configuration is used; the present certificate serves on/);
  const known = await plugin(['reconnect', '--token-stdin'], `${token}\n`);
  assert.equal(known.code, 6, known.stderr);
  assert.match(known.stderr, /is the one that the Secret holds already, and it is used; nothing was changed/);

  const { token: expired } = world.simulator.requestToken();
  world.simulator.identities.expireTokensOf(world.simulator.runtimeId);
  const client = await world.secret(CLIENT.namespace, CLIENT.name);
  const refused = await plugin(['reconnect', '--token-stdin'], expired);
  assert.equal(refused.code, 6, refused.stderr);
  assert.match(refused.stderr, /the present certificate serves on/);
  assert.deepEqual(await world.secret(CLIENT.namespace, CLIENT.name), client);
});

test('reconnect without a token deletes the CompassConnection for an unused one only', async (t) => {
  const { world, plugin } = await startDesk(t);
  await world.configure();
  world.start();
  const { metadata: before } = await world.reaches('Synchronized');

  const none = await plugin(['reconnect', '--yes']);
  assert.equal(none.code, 7, none.stderr);
  assert.match(
    none.stderr,
    /there is no TOKEN, .*taken out.*nothing was deleted[\s\S]*next: kubectl compass token request/,
  );
  assert.equal((await world.connection()).metadata.uid, before.uid);

  await world.configure();
  const unasked = await plugin(['reconnect']);
  assert.equal(unasked.code, 7, unasked.stderr);
  assert.match(unasked.stderr, /this needs a yes: Delete the CompassConnection/);
  assert.equal((await world.connection()).metadata.uid, before.uid);
  const done = await plugin(['reconnect', '--yes']);
  assert.equal(done.code, 0, done.stderr);
  await world.reaches('Synchronized', ({ metadata }) => metadata.uid !== before.uid);
  assert.equal(world.simulator.certificates.list().length, 2);
});

test('a token that was requested here goes through a pipe into reconnect', async (t) => {
  const { world, folder, plugin } = await startDesk(t);
  await world.configure();
  world.start();
  await world.reaches('Synchronized');
  const login = join(folder, 'login.txt');
  await writeFile(login, `Bearer ${world.simulator.adminToken}\n`);

  const url = ['--director-url', world.simulator.urls.directorAdmin];
  const requested = await plugin(['token', 'request', ...url, '--auth-token-file', login, '--out', '-']);
  assert.equal(requested.code, 0, requested.stderr);
  assert.match(requested.stderr, /one-time token for runtime .* on stdout\n.*\n {2}expires +.*, in 59m/);
  assertSecret({ ...requested, stdout: '' }, requested.stdout.trim(), world.simulator.adminToken);
  const done = await plugin(['reconnect', '--token-stdin'], requested.stdout);
  assert.equal(done.code, 0, done.stderr);
});
