import assert from 'node:assert/strict';
import { SECRET } from '#common/cluster/objects.ts';
import type { ApiAnswer } from '../../cluster/api-request.ts';
import { APPLICATIONS, type Case, configMap, expectCode, expectRefusal, TABLE, type World } from '../world.ts';

function names(list: ApiAnswer['json']): string[] {
  return list.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
}

/** Some ConfigMaps with labels, beside the one that the controllers put into every namespace. */
async function fill({ post, at }: World): Promise<void> {
  for (const [name, labels] of Object.entries({
    a: { app: 'x', tier: 'one' },
    b: { app: 'x' },
    c: { app: 'y' },
    d: {},
  })) {
    expectCode(await post(at('configmaps'), configMap(name, {}, { labels: { case: 'list', ...labels } })), 201);
  }
}

/** Listing: selection, pages, tables. */
export const LIST_CASES: readonly Case[] = [
  {
    name: 'a list has its kind and version; its items have neither',
    async run(world) {
      await fill(world);
      const list = expectCode(await world.get(`${world.at('configmaps')}?labelSelector=case%3Dlist`), 200);
      assert.deepEqual([list.kind, list.apiVersion], ['ConfigMapList', 'v1']);
      assert.match(list.metadata.resourceVersion, /^\d+$/);
      assert.deepEqual(names(list), ['a', 'b', 'c', 'd']);
      assert.equal(list.items[0].kind, undefined);
    },
  },
  {
    name: 'label selectors: equality, sets, existence and their opposites',
    async run(world) {
      await fill(world);
      const expected: [selector: string, names: string[]][] = [
        ['app=x', ['a', 'b']],
        ['app==x,tier', ['a']],
        ['app!=x,case=list', ['c', 'd']],
        ['app in (x,y)', ['a', 'b', 'c']],
        ['app notin (x),case', ['c', 'd']],
        ['case,!app', ['d']],
        ['app=x,!tier', ['b']],
      ];
      for (const [selector, wanted] of expected) {
        const path = `${world.at('configmaps')}?labelSelector=${encodeURIComponent(selector)}`;
        assert.deepEqual(names(expectCode(await world.get(path), 200)), wanted, selector);
      }
    },
  },
  {
    name: 'a list of metadata alone carries no data, is selected and comes in pages',
    async run({ post, get, at, cluster, namespace }) {
      for (const name of ['a', 'b']) {
        const metadata = { name, labels: { case: 'partial' }, annotations: { note: name } };
        expectCode(await post(at('secrets'), { apiVersion: 'v1', kind: 'Secret', metadata, data: { k: 'eA==' } }), 201);
      }
      const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
      const path = `${at('secrets')}?labelSelector=case%3Dpartial&limit=1`;
      const list = expectCode(await get(path, { accept }), 200);
      assert.deepEqual([list.kind, list.apiVersion], ['PartialObjectMetadataList', 'meta.k8s.io/v1']);
      assert.deepEqual(names(list), ['a']);
      assert.equal(list.items[0].data, undefined);
      assert.ok(list.metadata.continue);
      const secrets: string[] = [];
      const options = { namespace, labelSelector: 'case=partial', pageSize: 1, metadataOnly: true };
      for await (const page of cluster.listPages(SECRET, options)) {
        secrets.push(
          ...page.items.map((item) => JSON.stringify([item.kind, item.metadata.annotations, 'data' in item])),
        );
      }
      assert.deepEqual(secrets, ['["Secret",{"note":"a"},false]', '["Secret",{"note":"b"},false]']);
    },
  },
  {
    name: 'a label selector that is none is 400',
    async run({ get, at }) {
      const answer = await get(`${at('configmaps')}?labelSelector=${encodeURIComponent('a in x')}`);
      expectRefusal(answer, 400, 'BadRequest', /unable to parse|found/);
    },
  },
  {
    name: 'field selectors by name and namespace; others are 400',
    async run(world) {
      await fill(world);
      const { get, at, namespace } = world;
      assert.deepEqual(names(expectCode(await get(`${at('configmaps')}?fieldSelector=metadata.name%3Db`), 200)), ['b']);
      const everywhere = `/api/v1/configmaps?labelSelector=case%3Dlist&fieldSelector=metadata.namespace%3D${namespace}`;
      assert.deepEqual(names(expectCode(await get(everywhere), 200)), ['a', 'b', 'c', 'd']);
      const other = await get(`${at('configmaps')}?fieldSelector=data.k%3D1`);
      expectRefusal(other, 400, 'BadRequest', /field label not supported|not a known field|not supported/);
    },
  },
  {
    name: 'Secrets are selected by their type',
    async run({ post, get, at }) {
      const body = (name: string, type: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, type });
      expectCode(await post(at('secrets'), body('a', 'example.com/one')), 201);
      expectCode(await post(at('secrets'), body('b', 'example.com/two')), 201);
      const path = `${at('secrets')}?fieldSelector=${encodeURIComponent('type=example.com/two')}`;
      assert.deepEqual(names(expectCode(await get(path), 200)), ['b']);
    },
  },
  {
    name: 'pages are parts of one list, with what remains',
    async run(world) {
      await fill(world);
      const { get, at } = world;
      const first = expectCode(await get(`${at('configmaps')}?limit=2`), 200);
      assert.equal(first.items.length, 2);
      assert.ok(first.metadata.remainingItemCount >= 2);
      const query = `limit=500&continue=${encodeURIComponent(first.metadata.continue)}`;
      const second = expectCode(await get(`${at('configmaps')}?${query}`), 200);
      assert.equal(second.metadata.continue ?? '', '');
      assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
      const all = [...names(first), ...names(second)].filter((name) => name !== 'kube-root-ca.crt');
      assert.deepEqual(all, ['a', 'b', 'c', 'd']);
    },
  },
  {
    name: 'a page shows the list as it was, whatever came meanwhile',
    async run(world) {
      await fill(world);
      const { get, post, at } = world;
      const selection = 'labelSelector=case%3Dlist';
      const first = expectCode(await get(`${at('configmaps')}?${selection}&limit=2`), 200);
      expectCode(await post(at('configmaps'), configMap('bb', {}, { labels: { case: 'list' } })), 201);
      expectCode(await world.delete(at('configmaps', 'd')), 200);
      const query = `${selection}&limit=2&continue=${encodeURIComponent(first.metadata.continue)}`;
      const second = expectCode(await get(`${at('configmaps')}?${query}`), 200);
      assert.deepEqual([...names(first), ...names(second)], ['a', 'b', 'c', 'd']);
    },
  },
  {
    name: 'a continue token that is none is 400, one that expired is 410',
    async run(world) {
      await fill(world);
      const { get, at, post } = world;
      expectRefusal(await get(`${at('configmaps')}?limit=1&continue=abc`), 400, 'BadRequest', /continue/);
      const { metadata } = expectCode(await get(`${at('configmaps')}?limit=1`), 200);
      expectCode(await post(at('configmaps'), configMap('later')), 201);
      await world.compact();
      const answer = await get(`${at('configmaps')}?limit=1&continue=${encodeURIComponent(metadata.continue)}`);
      expectRefusal(answer, 410, 'Expired', /continue parameter is too old|too old/);
    },
  },
  {
    name: 'a list across namespaces has them all',
    async run(world) {
      await fill(world);
      const list = expectCode(await world.get('/api/v1/configmaps?labelSelector=case%3Dlist'), 200);
      const ours = list.items.filter(({ metadata }: ApiAnswer['json']) => metadata.namespace === world.namespace);
      assert.equal(ours.length, 4);
    },
  },
  {
    name: 'a list of a namespace that does not exist is empty',
    async run({ get }) {
      assert.deepEqual(expectCode(await get('/api/v1/namespaces/nowhere/configmaps'), 200).items, []);
    },
  },
  {
    name: 'a table has the columns that kubectl shows',
    async run(world) {
      await fill(world);
      const table = expectCode(
        await world.get(`${world.at('configmaps')}?fieldSelector=metadata.name%3Da`, { accept: TABLE }),
        200,
      );
      assert.deepEqual([table.kind, table.apiVersion], ['Table', 'meta.k8s.io/v1']);
      const columns = table.columnDefinitions.map(({ name, type }: ApiAnswer['json']) => `${name} ${type}`);
      assert.deepEqual(columns, ['Name string', 'Data string', 'Age string']);
      const [row] = table.rows;
      assert.deepEqual(row.cells.slice(0, 2), ['a', 0]);
      assert.equal(row.object.kind, 'PartialObjectMetadata');
      assert.equal(row.object.metadata.name, 'a');
    },
  },
  {
    name: 'a list of the metadata of custom resources carries no spec',
    async run({ post, get, namespace }) {
      const labels = { case: namespace };
      const apiVersion = 'applicationconnector.kyma-project.io/v1alpha1';
      const body = {
        apiVersion,
        kind: 'Application',
        metadata: { name: namespace, labels },
        spec: { description: 'd' },
      };
      expectCode(await post(APPLICATIONS, body), 201);
      const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
      const list = expectCode(await get(`${APPLICATIONS}?labelSelector=case%3D${namespace}`, { accept }), 200);
      assert.deepEqual(names(list), [namespace]);
      assert.equal(list.items[0].spec, undefined);
    },
  },
  {
    name: 'a table of one object has one row; of custom resources the age where the CRD has no columns',
    async run({ post, get, namespace }) {
      const body = {
        apiVersion: 'applicationconnector.kyma-project.io/v1alpha1',
        kind: 'Application',
        metadata: { name: namespace },
      };
      expectCode(await post(APPLICATIONS, body), 201);
      const table = expectCode(await get(`${APPLICATIONS}/${namespace}`, { accept: TABLE }), 200);
      assert.deepEqual(
        table.columnDefinitions.map(({ name }: ApiAnswer['json']) => name),
        ['Name', 'Age'],
      );
      assert.equal(table.rows.length, 1);
      assert.equal(table.rows[0].cells[0], namespace);
    },
  },
  {
    name: 'custom resources are listed by pages too',
    async run({ post, get, namespace }) {
      for (const at of ['1', '2', '3']) {
        const metadata = { name: `${namespace}-${at}`, labels: { case: namespace } };
        const body = { apiVersion: 'applicationconnector.kyma-project.io/v1alpha1', kind: 'Application', metadata };
        expectCode(await post(APPLICATIONS, body), 201);
      }
      const first = expectCode(await get(`${APPLICATIONS}?labelSelector=case%3D${namespace}&limit=2`), 200);
      assert.deepEqual(names(first), [`${namespace}-1`, `${namespace}-2`]);
      assert.equal(first.kind, 'ApplicationList');
      const query = `labelSelector=case%3D${namespace}&limit=2&continue=${encodeURIComponent(first.metadata.continue)}`;
      assert.deepEqual(names(expectCode(await get(`${APPLICATIONS}?${query}`), 200)), [`${namespace}-3`]);
    },
  },
];
