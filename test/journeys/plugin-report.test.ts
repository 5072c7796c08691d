import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '#common/clock.ts';
import { conform } from '#common/resources/conform.ts';
import { REPORT_MANIFEST_SCHEMA } from '../../plugin/schemas/report-archive.ts';
import { archiveFiles, archiveText, piecesLeft } from '../plugin/bundle/archive-files.ts';
import { awkwardCanary, plainCanary, seedCanaries } from '../plugin/bundle/seed-canaries.ts';
import { runPlugin } from '../plugin/run-plugin.ts';
import { startHere } from '../plugin/start-here.ts';
import { startWorld, type World } from './world.ts';

const BUNDLES = ['2', '3', '4'].map((digit) => `00000000-0000-4000-8000-00000000000${digit}`);

async function tempFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-report-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function plugin(world: World, ...args: readonly string[]) {
  const env = { KUBECONFIG: world.cluster.kubeconfigPath, NODE_EXTRA_CA_CERTS: world.caFile };
  return runPlugin(args, env);
}

/** On a machine without a cluster, a kubeconfig or a home. */
function replayed(...args: readonly string[]) {
  return runPlugin(args, { KUBECONFIG: '/nowhere', HOME: '/nowhere' });
}

/** A credential of each kind at the Director. */
function credentialed(world: World, secrets: readonly string[]): void {
  const [password = '', clientSecret = '', header = ''] = secrets;
  const apiDefinitions = [{ name: 'API', targetURL: 'https://api.example.com' }];
  const auths = [
    { credential: { type: 'Basic' as const, username: 'somebody', password } },
    { credential: { type: 'OAuth' as const, clientId: 'client', clientSecret, url: 'https://token.example.com' } },
    {
      credential: { type: 'Basic' as const, username: 'somebody', password: header },
      additionalHeaders: { 'X-Any': [header] },
    },
  ];
  const bundles = auths.map((defaultInstanceAuth, i) => ({
    id: BUNDLES[i] ?? '',
    name: `Bundle ${i}`,
    apiDefinitions,
    defaultInstanceAuth,
  }));
  world.simulator.landscape.createApplication({ name: 'orders', bundles });
}

test('report holds no byte of any secret, wherever it is and in whatever form, and nobody else may read it', async (t) => {
  const world = await startWorld(t);
  world.simulator.switches.runtimeScopes.push('application.auths:read');
  const credentials = [awkwardCanary(), plainCanary(), randomBytes(24).toString('base64')];
  credentialed(world, credentials);
  const token = await world.configure({ EXTRA: plainCanary() });
  const extra = (await world.secret('compass-system', 'compass-agent-configuration'))?.['EXTRA'] ?? '';
  world.start({ APP_CONTROLLER_SYNC_PERIOD: '1h' });
  await world.reaches('Synchronized');
  const key = (await world.secret('compass-system', 'cluster-client-certificates'))?.['key'] ?? '';
  assert.match(key, /PRIVATE KEY/);
  const keyLines = key.split('\n').filter((line) => line.length > 20 && !line.startsWith('---'));
  const known = [...credentials, extra, key];
  const seeded = await seedCanaries(world.cluster, known);

  const folder = await tempFolder(t);
  const file = join(folder, 'report.tar.gz');
  const made = await plugin(world, 'report', '-f', file, '-o', 'json');
  const { collectors, withheld, redaction } = JSON.parse(made.stdout);
  const failed = collectors.filter(({ status }: { status: string }) => status !== 'ok');
  assert.deepEqual(failed, [], made.stdout);
  assert.equal(made.code, 0, made.stderr);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(folder), ['report.tar.gz']);
  assert.ok(redaction.knownValues >= known.length && redaction.selfTest.passed);
  assert.ok(withheld.some(({ what }: { what: string }) => what === 'values of Secrets'));

  const files = await archiveFiles(file);
  const manifest = JSON.parse(files.get('manifest.json') ?? '');
  assert.deepEqual(conform(REPORT_MANIFEST_SCHEMA, manifest), manifest);
  for (const [what, path, text] of [
    ['the Application', 'resources/applications-0001.json', '"by-hand"'],
    ['an Event', 'events.json', '"Seeded"'],
    ['the Deployment', 'resources/deployments.json', '"DATABASE"'],
    ['a key of a Secret', 'resources/application-secrets-0001.json', '"password"'],
    ['the plan', 'replay.json', '"totals"'],
    ...(world.cluster.embedded ? [['the log', 'logs/compass-sidecar-1/current-001.log', 'refused']] : []),
  ] as const) {
    assert.ok(files.get(path ?? '')?.includes(text ?? ''), `${what} is in ${path}: ${[...files.keys()].join(' ')}`);
  }
  const whole = `${await archiveText(file)}${made.stdout}${made.stderr}`;
  for (const secret of [...known.slice(0, -1), token, ...keyLines, ...seeded]) {
    const [piece] = piecesLeft(whole, secret);
    const at = piece === undefined ? -1 : whole.indexOf(piece);
    assert.equal(at, -1, `${secret} is in it: ${whole.slice(Math.max(0, at - 200), at + 100)}`);
  }
});

test('status, check and diff say of an archive what they said of the cluster, without a cluster', async (t) => {
  const world = await startWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication({ name: 'orders', description: 'as it was' });
  await world.configure();
  const sidecar = world.start({ APP_CONTROLLER_SYNC_PERIOD: '1h' });
  await world.reaches('Synchronized');
  landscape.updateApplication(landscape.applications()[0]?.id ?? '', { description: 'as it is' });
  landscape.createApplication({ name: 'invoices' });
  const file = join(await tempFolder(t), 'report.tar.gz');
  const made = await plugin(world, 'report', '-f', file);
  assert.equal(made.code, 0, made.stderr);
  const files = await archiveFiles(file);
  const at: number = JSON.parse(files.get('replay.json') ?? '').at;
  const live = async (...args: readonly string[]) => {
    const clock = { ...systemClock, now: () => at };
    const running = startHere(t, args, { kubeconfigPath: world.cluster.kubeconfigPath, clock });
    const code = await running.done;
    return { code, stdout: running.stdout() };
  };

  const plan = await live('diff', '-o', 'json');
  await sidecar.kill();
  const diff = await replayed('diff', '--from-bundle', file, '-o', 'json');
  const withoutTime = (text: string) => text.replace(/"computedAt": "[^"]*"/, '');
  assert.equal(withoutTime(diff.stdout), withoutTime(plan.stdout));
  assert.deepEqual([diff.code, plan.code], [1, 1]);
  assert.equal(diff.stdout, files.get('documents/diff.json'));
  const one = await replayed('diff', 'invoices', '--from-bundle', file, '-o', 'name');
  assert.equal(one.stdout, 'application.applicationconnector.kyma-project.io/invoices\n', one.stderr);
  assert.equal((await replayed('diff', 'nobody', '--from-bundle', file)).code, 3);

  const seen = await live('status', '-o', 'json');
  // What has been asked since is in the report of the cluster alone.
  const status = await replayed('status', '--from-bundle', file, '-o', 'json');
  const withoutRequests = (text: string) => ({ ...JSON.parse(text), requests: undefined });
  assert.deepEqual(withoutRequests(status.stdout), withoutRequests(seen.stdout));
  assert.equal(status.code, seen.code, status.stderr);
  assert.equal(status.stdout, files.get('documents/status.json'));

  const inside = ['--no-agent', '--category', 'k8s,crd,rbac,identity,sync,apps,agent', '-o', 'json'];
  const checked = await replayed('check', '--from-bundle', file, ...inside);
  assert.equal(checked.stdout, (await live('check', ...inside)).stdout);
  const whole = await replayed('check', '--from-bundle', file, '-o', 'json');
  assert.equal(whole.stdout, files.get('documents/check.json'));
  const froms = new Set(JSON.parse(whole.stdout).results.map(({ from }: { from: string }) => from));
  assert.deepEqual([...froms].toSorted(), ['agent', 'cluster', 'here']);
});
