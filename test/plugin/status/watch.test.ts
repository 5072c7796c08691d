import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import type { Report } from '#common/resources/report.ts';
import { startTestCluster, type TestCluster } from '../../cluster/start-test-cluster.ts';
import { ManualClock } from '../../sidecar/manual-clock.ts';
import { changeLease, changeReport, putConnection, putReport } from '../put-report.ts';
import { runHere } from '../run-plugin.ts';
import { DEGRADED, HEALTHY } from '../sample-reports.ts';
import { type Running, soon, startHere } from '../start-here.ts';
import { screenAfter } from '../virtual-terminal.ts';

const TERMINAL = { columns: 80, rows: 24 };

async function clusterWith(t: TestContext, report: Report): Promise<TestCluster> {
  const cluster = await startTestCluster(t, { crds: 'field' });
  await putConnection(cluster, report.state ?? 'Connected');
  await putReport(cluster, report);
  return cluster;
}

function shows(running: Running, text: string | RegExp): Promise<void> {
  return soon(
    () => `the output has ${text}: ${running.stdout()}${running.stderr()}`,
    () => new RegExp(text).test(running.stdout()),
    10_000,
  );
}

describe('status --watch on a terminal', () => {
  test('repaints in place, and leaves its last frame', async (t) => {
    const cluster = await clusterWith(t, HEALTHY);
    const watching = startHere(t, ['status', '-w'], { ...cluster, terminal: TERMINAL });
    await shows(watching, 'Healthy');
    await changeReport(cluster, DEGRADED);
    await shows(watching, 'Degraded');
    watching.interrupt();
    assert.equal(await watching.done, 130);
    const screen = screenAfter(watching.stdout());
    assert.match(
      screen[0] ?? '',
      /^watching compass-connection · \d\d:\d\d:\d\d · live, last event \ds ago · \^C stops$/,
    );
    assert.match(screen[1] ?? '', /^! Degraded {2}compass-connection/);
    assert.equal(screen.filter((row) => /Healthy|Degraded/.test(row)).length, 1);
    assert.ok(screen.length <= TERMINAL.rows);
    assert.equal(watching.stderr(), '');
  });

  test('cuts what a small terminal cannot hold, so that the next frame finds its place', async (t) => {
    const cluster = await clusterWith(t, DEGRADED);
    const terminal = { columns: 60, rows: 12 };
    const watching = startHere(t, ['status', '-w', '--details'], { ...cluster, terminal });
    await shows(watching, 'Degraded');
    await changeReport(cluster, HEALTHY);
    await shows(watching, 'Healthy');
    const screen = screenAfter(watching.stdout());
    assert.equal(screen.length, 11);
    assert.match(screen.at(-1) ?? '', /^… \d+ more rows$/);
    for (const row of screen) assert.ok(row.length <= 60, row);
  });

  test('says that the stream is lost, goes on trying, and is live again', async (t) => {
    const cluster = await clusterWith(t, HEALTHY);
    if (!cluster.embedded) return t.skip('a genuine server is not stopped in the midst of a test');
    const watching = startHere(t, ['status', '-w'], { ...cluster, terminal: TERMINAL });
    await shows(watching, 'Healthy');
    await cluster.embedded.pause();
    await shows(watching, /stream lost, retrying \(2\)/);
    await cluster.embedded.resume();
    await soon('live again', () => / · live/.test(screenAfter(watching.stdout())[0] ?? ''), 20_000);
  });

  test('shows what time alone changes: a Lease that runs out', async (t) => {
    const cluster = await clusterWith(t, HEALTHY);
    const clock = new ManualClock(Date.now());
    await changeLease(cluster, 20_000);
    const watching = startHere(t, ['status', '-w'], { ...cluster, terminal: TERMINAL, clock });
    await shows(watching, 'Healthy');
    await soon('the clock has passed the Lease', () => {
      clock.advance(1_000);
      return /not running since/.test(watching.stdout());
    });
    assert.match(screenAfter(watching.stdout())[1] ?? '', /^! Degraded/);
  });
});

describe('status --watch elsewhere', () => {
  test('prints a line for each change, in the words of the screen, and none where nothing changed', async (t) => {
    const cluster = await clusterWith(t, HEALTHY);
    const watching = startHere(t, ['status', '-w'], cluster);
    await shows(watching, 'healthy');
    await changeReport(cluster, { ...HEALTHY, generation: 8 });
    await changeReport(cluster, DEGRADED);
    await shows(watching, 'degraded');
    await changeReport(cluster, HEALTHY);
    await soon('three lines', () => watching.lines().length >= 3);
    const [first = '', second = '', third = ''] = watching.lines();
    assert.match(
      first,
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ healthy {6}apps=412\/412 fingerprint=4f09aa notAfter=\S+Z remaining=16h$/,
    );
    assert.match(second, /Z degraded {5}reason=InvalidName code=CMP0301 problems=2 apps=349\/350 failed=1 held=62 /);
    assert.match(third, /Z healthy /);
    assert.equal(watching.lines().length, 3);
  });

  test('prints a document a line with -o json, and the last one is of what is now', async (t) => {
    const cluster = await clusterWith(t, HEALTHY);
    const watching = startHere(t, ['status', '-w', '-o', 'json'], cluster);
    await shows(watching, 'Healthy');
    for (let revision = 300; revision < 320; revision += 1) await changeReport(cluster, { ...HEALTHY, revision });
    const documents = () => watching.lines().map((line) => JSON.parse(line));
    await soon('the last revision', () => documents().at(-1)?.sync.revision === 319);
    assert.equal(documents()[0]?.kind, 'ConnectionReport');
    const seen = documents().map(({ sync }) => sync.revision);
    assert.deepEqual(seen, [...new Set(seen)]);
  });

  test('tells of a lost stream on stderr, and does not end by itself', async (t) => {
    const cluster = await clusterWith(t, HEALTHY);
    if (!cluster.embedded) return t.skip('a genuine server is not stopped in the midst of a test');
    const watching = startHere(t, ['status', '-w', '-o', 'oneline'], cluster);
    await shows(watching, 'healthy');
    await cluster.embedded.pause();
    await soon('the loss is told', () => /stream +lost, retrying \(1\)/.test(watching.stderr()));
    await cluster.embedded.resume();
    await changeReport(cluster, DEGRADED);
    await shows(watching, 'degraded');
  });

  test('ends when nobody reads it any more', async (t) => {
    const cluster = await clusterWith(t, HEALTHY);
    const watching = startHere(t, ['status', '-w'], cluster);
    await shows(watching, 'healthy');
    watching.closeStdout();
    assert.equal(await watching.done, 0);
  });
});

describe('a dumb terminal', () => {
  const dumb = { terminal: TERMINAL, env: { TERM: 'dumb' } };

  test('is written a line for each change, without an escape sequence', async (t) => {
    const cluster = await clusterWith(t, HEALTHY);
    const watching = startHere(t, ['status', '-w'], { ...cluster, ...dumb });
    await shows(watching, 'healthy');
    await changeReport(cluster, DEGRADED);
    await shows(watching, 'degraded');
    assert.ok(!watching.stdout().includes('\u001b'), watching.stdout());
  });

  test('has what is under way in lines of their own', async (t) => {
    const cluster = await clusterWith(t, DEGRADED);
    const waiting = startHere(t, ['status', '--until=healthy', '--timeout=300ms'], { ...cluster, ...dumb });
    assert.equal(await waiting.done, 124);
    assert.match(waiting.stderr(), /^◌ waiting {8}healthy: it is Degraded[^\n]*\nerror: timed out/);
  });
});

describe('status --until', () => {
  test('takes away what it waited for before it says why it ends', async (t) => {
    const cluster = await clusterWith(t, DEGRADED);
    const waiting = startHere(t, ['status', '--until=healthy', '--timeout=300ms'], { ...cluster, terminal: TERMINAL });
    assert.equal(await waiting.done, 124);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what takes a line away begins with one
    assert.match(waiting.stderr(), /healthy: it is Degraded[^\n]*\r\u001b\[Kerror: timed out/);
  });

  test('waits for health without a watch, prints the screen then, and is content', async (t) => {
    const cluster = await clusterWith(t, DEGRADED);
    const waiting = startHere(t, ['status', '--until=healthy', '--timeout', '20s'], cluster);
    await soon('it waits', () =>
      /◌ waiting +healthy: it is Degraded: 62 deletions|◌ waiting +healthy: it is Degraded/.test(waiting.stderr()),
    );
    await changeReport(cluster, HEALTHY);
    assert.equal(await waiting.done, 0);
    assert.match(waiting.stdout(), /^✔ Healthy/);
  });

  test('renewed is another certificate in use than at the start, whatever else is wrong', async (t) => {
    const cluster = await clusterWith(t, DEGRADED);
    const waiting = startHere(t, ['status', '-w', '--until=renewed', '-o', 'json'], cluster);
    await shows(waiting, 'Degraded');
    assert.ok(DEGRADED.identity);
    const fingerprints = { stored: 'bb', inUse: 'bb' };
    await changeReport(cluster, { ...DEGRADED, identity: { ...DEGRADED.identity, fingerprints } });
    assert.equal(await waiting.done, 0);
    assert.equal(JSON.parse(waiting.lines().at(-1) ?? '').identity.sources.inUse, 'bb');
  });

  test('times out with 124, and says what it waited for and why it did not come', async (t) => {
    const cluster = await clusterWith(t, DEGRADED);
    const env = { KUBECONFIG: cluster.kubeconfigPath };
    const { code, stderr, stdout } = await runHere(
      ['status', '--until', 'synced', '--timeout=300ms', '-o', 'json'],
      env,
    );
    assert.equal(code, 124);
    assert.match(stderr, /timed out after 0s, waiting for compass-connection to be synchronized; it is Degraded: /);
    assert.equal(JSON.parse(stdout).error.reason, 'TimedOut');
  });

  test('waits for a connection that is not there yet', async (t) => {
    const cluster = await startTestCluster(t, { crds: 'field' });
    const waiting = startHere(t, ['status', '--until=healthy', '--timeout=20s'], cluster);
    await soon('it waits', () => /there is no CompassConnection compass-connection/.test(waiting.stderr()));
    await putConnection(cluster, 'Synchronized');
    await cluster.cluster.mergePatch(
      { kind: COMPASS_CONNECTION, name: 'compass-connection' },
      { status: { synchronizationStatus: { error: null } } },
    );
    await putReport(cluster, HEALTHY);
    assert.equal(await waiting.done, 0);
  });

  test('Ctrl-C ends the waiting with 130, and says how to go on', async (t) => {
    const cluster = await clusterWith(t, DEGRADED);
    const waiting = startHere(t, ['status', '--until=healthy'], cluster);
    await soon('it waits', () => /waiting/.test(waiting.stderr()));
    waiting.interrupt();
    assert.equal(await waiting.done, 130);
    assert.match(
      waiting.stderr(),
      /stopped waiting for compass-connection to be healthy; whatever is under way goes on\n.*next: kubectl compass status/,
    );
  });

  test('--timeout without it is refused', async () => {
    const { code, stderr } = await runHere(['status', '--timeout', '1s']);
    assert.equal(code, 2);
    assert.match(stderr, /--timeout is how long --until waits/);
  });
});
