import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, type TestContext, test } from 'node:test';
import { CUSTOM_RESOURCE_DEFINITION, type Kind, type KubeObject } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { formatCustomColumns } from '../../../plugin/output/custom-columns.ts';
import { sortBy } from '../../../plugin/output/sort-by.ts';
import { NO_KUBECTL } from '../../cluster/kubectl.ts';
import { startTestCluster, type TestCluster } from '../../cluster/start-test-cluster.ts';
import { until } from '../../cluster/until.ts';

const GOLDEN = new URL('golden/custom-columns.json', import.meta.url);
const DOCUMENT = new URL('golden/document.json', import.meta.url);
const THING: Kind = { apiVersion: 'example.com/v1', kind: 'Thing', plural: 'things', namespaced: false };

/** What `kubectl get things` printed: undefined where it refused. */
interface Recorded {
  readonly columns: string;
  readonly sortBy?: string;
  readonly output?: string | undefined;
}

/** The things that the columns are printed of. */
async function readThings(): Promise<readonly KubeObject[]> {
  const { metadata, ...rest }: KubeObject = JSON.parse(await readFile(DOCUMENT, 'utf8'));
  const { namespace: _, ...clusterWide } = metadata;
  const thing = (name: string, more: object) => ({
    apiVersion: THING.apiVersion,
    kind: THING.kind,
    metadata: { name, labels: { z: name } },
    ...more,
  });
  return [
    thing('a2', { s: 'two', t: true, rows: [{ name: 'a21' }, { name: 'a22' }] }),
    thing('b10', { s: 'item10', n: 10, t: false }),
    thing('c', { s: 'item9', n: 2 }),
    { ...rest, apiVersion: THING.apiVersion, kind: THING.kind, metadata: clusterWide },
  ];
}

async function clusterWithThings(t: TestContext): Promise<TestCluster> {
  const cluster = await startTestCluster(t);
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  await cluster.cluster.create(CUSTOM_RESOURCE_DEFINITION, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  } as KubeObject);
  for (const thing of await readThings()) {
    await until('the kind is served', () => cluster.cluster.create(THING, thing).catch(() => undefined));
  }
  return cluster;
}

async function askKubectl(cluster: TestCluster, { columns, sortBy: path }: Recorded): Promise<Recorded> {
  const sorting = path === undefined ? [] : ['--sort-by', path];
  const { code, stdout } = await cluster.kubectl(['get', 'things', '-o', `custom-columns=${columns}`, ...sorting]);
  const asked = path === undefined ? { columns } : { columns, sortBy: path };
  return code === 0 ? { ...asked, output: withoutBlanks(stdout) } : asked;
}

/** kubectl fills the last column with blanks where it is empty. */
function withoutBlanks(text: string): string {
  return text.replace(/ +$/gm, '');
}

function ask(recorded: Recorded, things: readonly KubeObject[]): Recorded {
  const { output: _, ...asked } = recorded;
  try {
    const items = asked.sortBy === undefined ? things : sortBy(things, asked.sortBy, (thing) => thing);
    return { ...asked, output: formatCustomColumns(asked.columns, { items }) };
  } catch (error) {
    assert.ok(hasReason(error, 'Usage'), String(error));
    return asked;
  }
}

async function readGolden(): Promise<readonly Recorded[]> {
  return JSON.parse(await readFile(GOLDEN, 'utf8'));
}

describe('custom columns', () => {
  test('print and refuse what kubectl does, in its order', async (t) => {
    if (process.env['UPDATE_GOLDEN'] === '1') {
      const cluster = await clusterWithThings(t);
      const recorded: Recorded[] = [];
      for (const asked of await readGolden()) recorded.push(await askKubectl(cluster, asked));
      await writeFile(GOLDEN, `${JSON.stringify(recorded, undefined, 2)}\n`);
    }
    const things = await readThings();
    const golden = await readGolden();
    assert.ok(golden.length > 20);
    for (const recorded of golden) assert.deepEqual(ask(recorded, things), { ...recorded });
  });

  test('print what the kubectl of this machine prints', { skip: NO_KUBECTL }, async (t) => {
    const cluster = await clusterWithThings(t);
    const things = await readThings();
    const cases: readonly Recorded[] = [
      { columns: 'NAME:.metadata.name,ROWS:.rows[*].name,LABELS:.metadata.labels,NONE:.nope' },
      // Numbers within texts were sorted as such up to kubectl 1.27.
      { columns: 'Z:.metadata.labels.z', sortBy: '.metadata.labels.z' },
    ];
    for (const asked of cases) assert.deepEqual(ask(asked, things), await askKubectl(cluster, asked));
  });

  test('of a file are a line of heads and a line of paths', () => {
    assert.equal(
      formatCustomColumns('NAME  N\n.metadata.name   n\n', { metadata: { name: 'a' }, n: 1 }),
      'NAME   N\na      1\n',
    );
    assert.throws(() => formatCustomColumns('NAME N\n.metadata.name\n', {}), /2 heads and 1 paths/);
  });

  test('come without their heads where that is asked for', () => {
    assert.equal(formatCustomColumns('N:.n', { items: [{ n: 1 }, { n: 2 }] }, false), '1\n2\n');
  });

  test('keep a row on its line, whatever stands in a value', () => {
    assert.equal(formatCustomColumns('N:.n', { n: 'a\nb\u001b[2Jc' }), 'N\na b\ufffd[2Jc\n');
  });
});

describe('sorting', () => {
  test('refuses a path that leads nowhere, or to what has no order', () => {
    const items = [{ n: 1, list: [] }];
    const by = (path: string) => () => sortBy(items, path, (item) => item);
    assert.throws(by('.nope'), /leads nowhere/);
    assert.throws(by('.list'), /no order/);
    assert.deepEqual(
      sortBy([], '.nope', (item) => item),
      [],
    );
  });
});
