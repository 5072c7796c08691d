import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { conform } from '#common/resources/conform.ts';
import { REPORT_KEY, readReport } from '#common/resources/report.ts';
import { RESUME_RESULT_SCHEMA, SUSPEND_RESULT_SCHEMA } from '../../plugin/schemas/suspension-result.ts';
import { until } from '../cluster/until.ts';
import { runPlugin } from '../plugin/run-plugin.ts';
import { whoAsks } from '../plugin/who-asks.ts';
import { startWorld, type World } from './world.ts';

async function reportOf({ cluster: { cluster } }: World) {
  const ref = { kind: CONFIG_MAP, namespace: 'compass-system', name: 'compass-connection-report' };
  return readReport((await cluster.find<ConfigMap>(ref))?.data?.[REPORT_KEY]);
}

function listings({ simulator }: World): number {
  return simulator.requests.list().filter(({ rootFields }) => rootFields.includes('applicationsForRuntime')).length;
}

/** So that nothing is synchronized but on request. */
const SELDOM = { APP_CONTROLLER_SYNC_PERIOD: '1h' };

async function startConnected(t: Parameters<typeof startWorld>[0]) {
  const world = await startWorld(t);
  await world.configure();
  world.simulator.landscape.createApplication({ name: 'orders' });
  const sidecar = world.start(SELDOM);
  await world.reaches('Synchronized');
  const plugin = (...args: string[]) => runPlugin(args, { KUBECONFIG: world.cluster.kubeconfigPath });
  const isThere = async (name: string) => (await world.cluster.cluster.find({ kind: APPLICATION, name })) !== undefined;
  return { world, sidecar, plugin, isThere };
}

test('what is suspended is not synchronized, over a restart, too, the certificate is renewed, and resume ends it', async (t) => {
  const { world, sidecar, plugin, isThere } = await startConnected(t);
  const who = await whoAsks(world.cluster);
  const { landscape } = world.simulator;
  const unexplained = await plugin('suspend');
  assert.equal(unexplained.code, 7);
  assert.match(unexplained.stderr, /needs a reason/);
  const dry = await plugin('suspend', '--reason', 'move', '--dry-run=server');
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, /would be asked to be suspended \(server dry run\)/);
  assert.equal((await reportOf(world))?.suspended, undefined);

  const suspended = await plugin('suspend', '--reason', 'move; a=b', '--for', '4h', '-o', 'json');
  assert.equal(suspended.code, 0, suspended.stderr);
  const document = JSON.parse(suspended.stdout);
  assert.deepEqual(conform(SUSPEND_RESULT_SCHEMA, document), document);
  assert.deepEqual([document.scope, document.reason, document.by], ['sync', 'move; a=b', who]);
  const { scope, reason, by, until: end, since } = (await reportOf(world))?.suspended ?? {};
  assert.deepEqual([scope, reason, by, end], ['sync', document.reason, who, document.until]);
  assert.ok(since);

  const before = listings(world);
  landscape.createApplication({ name: 'invoices' });
  assert.equal((await plugin('cert', 'renew')).code, 0);
  assert.equal(world.simulator.certificates.list().length, 2);
  const refused = await plugin('sync', '-o', 'json');
  assert.equal(refused.code, 7, refused.stderr);
  const { error, remediation } = JSON.parse(refused.stdout);
  assert.equal(error.reason, 'Suspended');
  assert.match(error.message, /suspended by .+ until .*: move; a=b/);
  assert.deepEqual(remediation[0].command, ['kubectl', 'compass', 'resume']);
  assert.equal(listings(world), before, 'it was listed all the same');

  await sidecar.stop();
  world.start(SELDOM);
  await world.reaches('Connected', ({ status }) =>
    (status?.conditions ?? []).some(({ type, status: value }) => type === 'Suspended' && value === 'True'),
  );
  const status = await plugin('status');
  assert.equal(status.code, 1);
  assert.match(status.stdout, /suspended for 3h\d+m more/);
  assert.match(status.stdout, /CMP0403 suspended by .+ until \S+:\s+move; a=b\n +kubectl compass resume/);
  assert.match((await plugin('status', '-o', 'oneline')).stdout, /suspended=sync suspendedUntil=\d{4}-/);
  assert.match((await plugin('status', '-o', 'wide')).stdout, /suspended since/);
  assert.equal(JSON.parse((await plugin('status', '-o', 'json')).stdout).sync.suspension.by, who);
  const diff = await plugin('diff', '--summary');
  assert.equal(diff.code, 1, diff.stderr);
  assert.match(diff.stdout, /\+ create Application invoices[\s\S]*none of this is done meanwhile: suspended by /);
  assert.equal(await isThere('invoices'), false);

  const resumed = await plugin('resume', '-o', 'json');
  assert.equal(resumed.code, 0, resumed.stderr);
  const end2 = JSON.parse(resumed.stdout);
  assert.deepEqual(conform(RESUME_RESULT_SCHEMA, end2), end2);
  await until('it is synchronized', () => isThere('invoices'));
  await world.reaches(
    'Synchronized',
    ({ status: seen }) => !seen?.conditions?.some(({ type }) => type === 'Suspended'),
  );
  assert.equal((await reportOf(world))?.suspended, undefined);
  const history = await plugin('history');
  assert.match(
    history.stdout,
    /rev 2 {2}\d+s ago {2}resumed {2}1 created, 0 updated, 0 deleted\n {2}\+ Application invoices/,
  );
  assert.match((await plugin('resume')).stdout, /nothing was suspended/);
});

test('a suspension ends by itself, and another takes its place; what all holds is refused to diff, too', async (t) => {
  const { world, plugin, isThere } = await startConnected(t);
  const all = await plugin('suspend', '--scope=all', '--reason', 'incident');
  assert.equal(all.code, 0, all.stderr);
  assert.match(all.stdout, /everything but the renewal is suspended by [^:]+: incident/);
  assert.match(all.stderr, /lasts until somebody resumes: kubectl compass resume/);
  const diff = await plugin('diff');
  assert.equal(diff.code, 7, diff.stdout);
  assert.match(diff.stderr, /CMP0403 Suspended/);
  const purge = await plugin('disconnect', '--purge-applications', '--yes');
  assert.equal(purge.code, 7, purge.stdout);
  world.simulator.landscape.createApplication({ name: 'invoices' });

  const short = await plugin('suspend', '--for', '10s', '--reason', 'a moment');
  assert.equal(short.code, 0, short.stderr);
  assert.match(short.stdout, /: a moment; before, everything but the renewal is suspended by [^:]+: incident/);
  assert.equal(await isThere('invoices'), false);
  await until('it goes on by itself', () => isThere('invoices'));
  await world.reaches('Synchronized');
});

test('while deletions are suspended sync goes on, says so, and ends with 7 where something stays for that', async (t) => {
  const { world, plugin, isThere } = await startConnected(t);
  assert.equal((await plugin('suspend', '--scope=deletes', '--reason', 'incident')).code, 0);
  const calm = await plugin('sync');
  assert.equal(calm.code, 0, calm.stderr);
  assert.match(calm.stdout, /deletions are suspended by [^:]+: incident/);
  const { landscape } = world.simulator;
  landscape.deleteAllApplications();
  landscape.createApplication({ name: 'invoices' });
  const held = await plugin('sync', '-o', 'json');
  assert.equal(held.code, 7, held.stdout);
  const { error, counts } = JSON.parse(held.stdout);
  assert.deepEqual([error.reason, counts.suspended, counts.created], ['Suspended', 1, 1]);
  assert.deepEqual([await isThere('orders'), await isThere('invoices')], [true, true]);
  const diff = await plugin('diff', '--summary');
  assert.match(diff.stdout, /! hold {3}Application orders {2}Suspended: stays while deletions are suspended/);
  assert.equal((await reportOf(world))?.suspended?.waiting, 1);
  const ready = (await world.connection()).status?.conditions?.find(({ type }) => type === 'Ready');
  assert.equal(ready?.status, 'True', 'what goes on is said to be stopped');
});
