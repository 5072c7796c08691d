import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { formatTime } from '#common/clock.ts';
import { EVENT, POD } from '#common/cluster/objects.ts';
import { startTestCluster, type TestCluster } from '../../cluster/start-test-cluster.ts';
import { runHere } from '../run-plugin.ts';
import { soon, startHere } from '../start-here.ts';

const CONNECTION = {
  apiVersion: 'compass.kyma-project.io/v1alpha1',
  kind: 'CompassConnection',
  name: 'compass-connection',
};
const APPLICATION = { apiVersion: 'applicationconnector.kyma-project.io/v1alpha1', kind: 'Application', name: 'sap' };

interface Happening {
  readonly involvedObject: object;
  readonly reason: string;
  readonly type?: string;
  readonly message?: string;
  readonly secondsAgo?: number;
  readonly count?: number;
}

async function happen({ cluster }: TestCluster, name: string, happening: Happening): Promise<void> {
  const { secondsAgo = 1, type = 'Normal', message = 'it happened', count = 1, ...fields } = happening;
  const time = formatTime(Date.now() - secondsAgo * 1_000);
  await cluster.create(EVENT, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: 'default' },
    ...fields,
    type,
    message,
    count,
    firstTimestamp: formatTime(Date.now() - 600_000),
    lastTimestamp: time,
    source: { component: 'compass-sidecar' },
  } as Parameters<typeof cluster.create>[1]);
}

async function someEvents(t: TestContext) {
  const cluster = await startTestCluster(t);
  await happen(cluster, 'c', { involvedObject: CONNECTION, reason: 'Synchronized', secondsAgo: 30 });
  await happen(cluster, 'a', { involvedObject: CONNECTION, reason: 'Established', secondsAgo: 500 });
  const warning = { involvedObject: APPLICATION, reason: 'NameConflict', type: 'Warning', message: 'a\u001b[2Jb' };
  await happen(cluster, 'b', { ...warning, secondsAgo: 60, count: 3 });
  await happen(cluster, 'd', { involvedObject: { ...POD, apiVersion: 'v1', name: 'web' }, reason: 'Scheduled' });
  await happen(cluster, 'e', { involvedObject: { ...APPLICATION, apiVersion: 'app.k8s.io/v1' }, reason: 'Foreign' });
  return { cluster, run: (...args: string[]) => runHere(['events', ...args], { KUBECONFIG: cluster.kubeconfigPath }) };
}

describe('events', () => {
  test('shows those of the connection and of Applications, the newest last', async (t) => {
    const { run } = await someEvents(t);
    const { code, stdout } = await run();
    assert.equal(code, 0);
    const [head = '', first = '', second = '', third = ''] = stdout.split('\n');
    assert.match(head, /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE$/);
    assert.match(first, /^8m2\ds +Normal +Established +compassconnection\/compass-connection +it happened$/);
    assert.match(second, /^6\ds \(x3 over 10m\) +Warning +NameConflict +application\/sap +a\ufffd\[2Jb$/);
    assert.match(third, /^3\ds +Normal +Synchronized /);
    assert.equal(stdout.split('\n').length, 5);
  });

  test('picks by object, type and time', async (t) => {
    const { run } = await someEvents(t);
    const names = async (...args: string[]) => (await run('-o', 'name', ...args)).stdout.trimEnd().split('\n');
    assert.deepEqual(await names(), ['event/a', 'event/b', 'event/c']);
    assert.deepEqual(await names('--for', 'app/sap'), ['event/b']);
    assert.deepEqual(await names('--for', 'connection/compass-connection'), ['event/a', 'event/c']);
    assert.deepEqual(await names('--types', 'Warning'), ['event/b']);
    assert.deepEqual(await names('--since', '2m'), ['event/b', 'event/c']);
  });

  test('prints the objects themselves as a List', async (t) => {
    const { run } = await someEvents(t);
    const list = JSON.parse((await run('-o', 'json')).stdout);
    assert.deepEqual([list.apiVersion, list.kind, list.items.length], ['v1', 'List', 3]);
    assert.deepEqual([list.items[0].kind, list.items[0].reason], ['Event', 'Established']);
    assert.equal((await run('-o', 'jsonpath={.items[*].reason}')).stdout, 'Established NameConflict Synchronized');
    const wide = await run('-o', 'wide', '--no-headers');
    assert.match(wide.stdout, /^8m.* +compass-sidecar +it happened\n/, wide.stderr);
  });

  test('of a quiet cluster says on stderr that there are none, and is content', async (t) => {
    const { kubeconfigPath } = await startTestCluster(t);
    const { code, stdout, stderr } = await runHere(['events'], { KUBECONFIG: kubeconfigPath });
    assert.deepEqual([code, stdout], [0, '']);
    assert.match(stderr, /^no Events found/);
  });

  test('exits with 4 where they may not be read, with the command that asks for the right', async (t) => {
    const cluster = await startTestCluster(t);
    const nobody = await cluster.as({ name: 'nobody' });
    const { code, stderr } = await runHere(['events'], { KUBECONFIG: nobody.kubeconfigPath });
    assert.equal(code, 4);
    assert.match(stderr, /cannot list events in namespace "default"/);
    assert.match(stderr, /next: kubectl auth can-i list events -n default/);
  });

  for (const [args, why] of [
    [['--for', 'pod/a'], /--for is "pod\/a", and must be app\/NAME or connection\/NAME/],
    [['--for', 'app/a,b=c'], /--for is/],
    [['--types', 'Bad'], /--types is "Bad"/],
    [['--since', 'ever'], /--since is "ever"/],
  ] as const) {
    test(`refuses ${args.join(' ')}`, async () => {
      const { code, stderr } = await runHere(['events', ...args]);
      assert.match(stderr, why);
      assert.equal(code, 2);
    });
  }
});

test('events prints no managedFields, and no heads where they are not wanted', async (t) => {
  const { run, cluster } = await someEvents(t);
  const watching = startHere(t, ['events', '-w', '-o', 'json'], cluster);
  await soon('the last', () => watching.lines().length === 3);
  for (const text of [(await run('-o', 'json')).stdout, watching.stdout()]) assert.doesNotMatch(text, /managedFields/);
  const columns = await run('-o', 'custom-columns=REASON:.reason', '--no-headers');
  assert.equal(columns.stdout, 'Established\nNameConflict\nSynchronized\n');
});

describe('events --watch', () => {
  test('adds rows to the table as things happen, once each, and ends with Ctrl-C', async (t) => {
    const { cluster } = await someEvents(t);
    const watching = startHere(t, ['events', '-w'], cluster);
    await soon('the table', () => watching.lines().length === 4);
    await happen(cluster, 'f', { involvedObject: APPLICATION, reason: 'Renamed', message: 'new' });
    await soon('the new row', () => watching.lines().length === 5);
    const [head = '', , , , added = ''] = watching.lines();
    assert.match(added, /^\ds +Normal +Renamed +application\/sap +new$/);
    assert.equal(added.indexOf('new'), head.indexOf('MESSAGE'));
    watching.interrupt();
    assert.equal(await watching.done, 130);
  });

  test('keeps documents apart with -o yaml, and has one line of heads with custom-columns', async (t) => {
    const { cluster } = await someEvents(t);
    const columns = 'custom-columns=REASON:.reason';
    const yaml = startHere(t, ['events', '-w', '-o', 'yaml'], cluster);
    const table = startHere(t, ['events', '-w', '-o', columns], cluster);
    const bare = startHere(t, ['events', '-w', '-o', columns, '--no-headers'], cluster);
    await happen(cluster, 'new', { involvedObject: CONNECTION, reason: 'Renewed' });
    for (const watching of [yaml, table, bare]) {
      await soon('the new one', () => watching.stdout().includes('Renewed'));
      watching.interrupt();
      await watching.done;
    }
    const reasons = ['Established', 'NameConflict', 'Synchronized', 'Renewed'];
    const documents = parseAllDocuments(yaml.stdout()).map((document) => document.toJS());
    assert.deepEqual(
      documents.map(({ reason }) => reason),
      reasons,
    );
    assert.deepEqual(table.lines(), ['REASON', ...reasons]);
    assert.deepEqual(bare.lines(), reasons);
  });

  test('prints an object a line with -o json', async (t) => {
    const { cluster } = await someEvents(t);
    const watching = startHere(t, ['events', '-w', '-o', 'json', '--types', 'Warning'], cluster);
    await soon('the first', () => watching.lines().length === 1);
    await happen(cluster, 'f', { involvedObject: APPLICATION, reason: 'InvalidName', type: 'Warning' });
    await soon('the second', () => watching.lines().length === 2);
    assert.deepEqual(
      watching.lines().map((line) => JSON.parse(line).reason),
      ['NameConflict', 'InvalidName'],
    );
  });
});
