import assert from 'node:assert/strict';
import type { RawEvent } from '../../cluster/watch-raw.ts';
import {
  APPLICATIONS,
  application,
  type Case,
  CONNECTIONS,
  configMap,
  connection,
  expectCode,
  MERGE,
  TABLE,
  type World,
} from '../world.ts';

/** Reads so many events of a watch, bookmarks aside, and ends it. */
async function take({ watchRaw }: World, path: string, count: number, accept?: string): Promise<RawEvent[]> {
  const events: RawEvent[] = [];
  for await (const event of watchRaw(path, accept)) {
    if (event.type !== 'BOOKMARK') events.push(event);
    if (events.length === count) break;
  }
  return events;
}

function told(events: readonly RawEvent[]): string[] {
  return events.map(({ type, object }) => `${type} ${object.metadata.name}`);
}

/** What the watches of many objects ask for. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

const LABELS = { labels: { case: 'watch' } };
const SELECTION = 'watch=true&timeoutSeconds=20&labelSelector=case%3Dwatch';

/** Watching: what comes, from when on, and how it ends. */
export const WATCH_CASES: readonly Case[] = [
  {
    name: 'a watch without a version starts with what is there',
    async run(world) {
      expectCode(await world.post(world.at('configmaps'), configMap('a', {}, LABELS)), 201);
      const events = await take(world, `${world.at('configmaps')}?${SELECTION}`, 1);
      assert.deepEqual(told(events), ['ADDED a']);
      assert.equal(events[0]?.object.kind, 'ConfigMap');
    },
  },
  {
    name: 'a watch from a version tells every change since, in order',
    async run(world) {
      const { at, post, patch } = world;
      const { metadata } = expectCode(await post(at('configmaps'), configMap('a', {}, LABELS)), 201);
      expectCode(await post(at('configmaps'), configMap('b', {}, LABELS)), 201);
      expectCode(await patch(at('configmaps', 'a'), MERGE, { data: { k: '1' } }), 200);
      expectCode(await world.delete(at('configmaps', 'b')), 200);
      const path = `${at('configmaps')}?${SELECTION}&resourceVersion=${metadata.resourceVersion}`;
      const events = await take(world, path, 3);
      assert.deepEqual(told(events), ['ADDED b', 'MODIFIED a', 'DELETED b']);
      assert.deepEqual(events[1]?.object.data, { k: '1' });
    },
  },
  {
    name: 'the version of a deleted object in a watch is that of its deletion',
    async run(world) {
      const { at, post } = world;
      const { metadata } = expectCode(await post(at('configmaps'), configMap('a', {}, LABELS)), 201);
      expectCode(await world.delete(at('configmaps', 'a')), 200);
      const path = `${at('configmaps')}?${SELECTION}&resourceVersion=${metadata.resourceVersion}`;
      const [deleted] = await take(world, path, 1);
      assert.equal(deleted?.type, 'DELETED');
      assert.ok(Number(deleted.object.metadata.resourceVersion) > Number(metadata.resourceVersion));
    },
  },
  {
    name: 'an object that leaves or enters the selection is deleted or added for the watcher',
    async run(world) {
      const { at, post, patch } = world;
      const { metadata } = expectCode(await post(at('configmaps'), configMap('a', {}, LABELS)), 201);
      expectCode(await patch(at('configmaps', 'a'), MERGE, { metadata: { labels: { case: 'other' } } }), 200);
      expectCode(await patch(at('configmaps', 'a'), MERGE, { metadata: { labels: { case: 'watch' } } }), 200);
      const path = `${at('configmaps')}?${SELECTION}&resourceVersion=${metadata.resourceVersion}`;
      assert.deepEqual(told(await take(world, path, 2)), ['DELETED a', 'ADDED a']);
    },
  },
  {
    name: 'a watch of one object by its name tells of no other',
    async run(world) {
      const { at, post } = world;
      const { metadata } = expectCode(
        await post(at('secrets'), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }),
        201,
      );
      for (const name of ['b', 'c']) {
        expectCode(await post(at('secrets'), { apiVersion: 'v1', kind: 'Secret', metadata: { name } }), 201);
      }
      const selection = `watch=true&timeoutSeconds=20&fieldSelector=metadata.name%3Dc&resourceVersion=${metadata.resourceVersion}`;
      assert.deepEqual(told(await take(world, `${at('secrets')}?${selection}`, 1)), ['ADDED c']);
    },
  },
  {
    name: 'a watch ends after its time',
    async run(world) {
      const path = `${world.at('configmaps')}?watch=true&timeoutSeconds=1&labelSelector=case%3Dwatch`;
      const startMs = performance.now();
      assert.deepEqual(await take(world, path, 1), []);
      assert.ok(performance.now() - startMs > 500);
    },
  },
  {
    name: 'a watch that asks for bookmarks gets one before its end, which counts changes of what it does not select',
    async run(world) {
      const { at, post } = world;
      const { metadata } = expectCode(await post(at('configmaps'), configMap('a', {}, LABELS)), 201);
      expectCode(await post(at('configmaps'), configMap('b', {}, LABELS)), 201);
      const selection = 'watch=true&timeoutSeconds=5&labelSelector=case%3Dwatch&allowWatchBookmarks=true';
      let unseen: string | undefined;
      let bookmark: RawEvent | undefined;
      for await (const event of world.watchRaw(
        `${at('configmaps')}?${selection}&resourceVersion=${metadata.resourceVersion}`,
      )) {
        if (event.type === 'BOOKMARK') bookmark = event;
        // A genuine server sends bookmarks only for what it saw since the watch began.
        unseen ??= expectCode(await post(at('configmaps'), configMap('unseen')), 201).metadata.resourceVersion;
      }
      assert.equal(bookmark?.object.kind, 'ConfigMap');
      assert.ok(Number(bookmark.object.metadata.resourceVersion) >= Number(unseen));
    },
  },
  {
    name: 'a watch from a version that is gone is told so by an ERROR event',
    async run(world) {
      await world.compact();
      const [event] = await take(world, `${CONNECTIONS}?watch=true&timeoutSeconds=20&resourceVersion=1`, 1);
      assert.equal(event?.type, 'ERROR');
      assert.deepEqual([event.object.kind, event.object.code, event.object.reason], ['Status', 410, 'Expired']);
      assert.match(event.object.message, /too old resource version/);
    },
  },
  {
    name: 'a watch of custom resources tells their changes',
    async run(world) {
      const { post, patch, namespace } = world;
      const { metadata } = expectCode(await post(CONNECTIONS, connection(namespace)), 201);
      expectCode(await patch(`${CONNECTIONS}/${namespace}`, MERGE, { spec: { resyncNow: true } }), 200);
      expectCode(await world.delete(`${CONNECTIONS}/${namespace}`), 200);
      const query = `watch=true&timeoutSeconds=20&fieldSelector=metadata.name%3D${namespace}&resourceVersion=${metadata.resourceVersion}`;
      const events = await take(world, `${CONNECTIONS}?${query}`, 2);
      assert.deepEqual(told(events), [`MODIFIED ${namespace}`, `DELETED ${namespace}`]);
      assert.equal(events[0]?.object.spec.resyncNow, true);
    },
  },
  {
    name: 'a watch as a table has a row an event, as kubectl get -w shows it',
    async run(world) {
      const { metadata } = expectCode(await world.post(world.at('configmaps'), configMap('a', {}, LABELS)), 201);
      expectCode(await world.patch(world.at('configmaps', 'a'), MERGE, { data: { k: '1' } }), 200);
      const path = `${world.at('configmaps')}?${SELECTION}&resourceVersion=${metadata.resourceVersion}`;
      const [event] = await take(world, path, 1, TABLE);
      assert.equal(event?.type, 'MODIFIED');
      assert.equal(event.object.kind, 'Table');
      assert.deepEqual(event.object.rows[0].cells.slice(0, 2), ['a', 1]);
    },
  },
  {
    name: 'a watch of metadata alone tells every change without data or spec, with the versions of the whole objects, and its bookmarks',
    async run(world) {
      const { at, post, patch, namespace, watchRaw } = world;
      const { metadata } = expectCode(
        await post(at('secrets'), {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'a', ...LABELS },
          data: { k: 'eA==' },
        }),
        201,
      );
      const changed = expectCode(await patch(at('secrets', 'a'), MERGE, { data: { k: 'eQ==' } }), 200);
      expectCode(await world.delete(at('secrets', 'a')), 200);
      const path = `${at('secrets')}?${SELECTION}&resourceVersion=${metadata.resourceVersion}`;
      const [modified, deleted] = await take(world, path, 2, METADATA_ONLY);
      assert.deepEqual([modified?.type, deleted?.type], ['MODIFIED', 'DELETED']);
      const { kind, apiVersion, data, metadata: seen } = modified?.object ?? assert.fail();
      assert.deepEqual([kind, apiVersion, data], ['PartialObjectMetadata', 'meta.k8s.io/v1', undefined]);
      assert.deepEqual(
        [seen.name, seen.uid, seen.resourceVersion],
        ['a', metadata.uid, changed.metadata.resourceVersion],
      );
      assert.ok(Number(deleted?.object.metadata.resourceVersion) > Number(seen.resourceVersion));

      const applications = `${APPLICATIONS}?watch=true&timeoutSeconds=5&allowWatchBookmarks=true`;
      expectCode(await post(APPLICATIONS, application(namespace)), 201);
      const events: RawEvent[] = [];
      let last: string | undefined;
      for await (const event of watchRaw(
        `${applications}&resourceVersion=${metadata.resourceVersion}`,
        METADATA_ONLY,
      )) {
        events.push(event);
        // A genuine server sends bookmarks only for what it saw since the watch began.
        last ??= expectCode(await patch(`${APPLICATIONS}/${namespace}`, MERGE, { spec: { description: 'd' } }), 200)
          .metadata.resourceVersion;
        if (event.type !== 'BOOKMARK') continue;
        assert.equal(event.object.kind, 'PartialObjectMetadata');
        assert.ok(Number(event.object.metadata.resourceVersion) >= Number(last));
      }
      assert.ok(events.some(({ type }) => type === 'BOOKMARK'));
      assert.ok(events.every(({ object }) => object.spec === undefined));
      expectCode(await world.delete(`${APPLICATIONS}/${namespace}`), 200);
    },
  },
];
