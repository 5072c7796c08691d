import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { clusterAt } from '#common/cluster/connect.ts';
import { CONFIG_MAP } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { endpointOf } from '../../cluster/endpoint-of.ts';
import { answering } from './answering.ts';

const MIB = 1024 * 1024;

/** A server with as many objects as there are sizes, which pages as an API server does; and the limits that were asked for. */
async function clusterOf(t: TestContext, sizes: readonly number[]) {
  const limits: number[] = [];
  const url = await answering(t, ({ url = '', headers }, response) => {
    const query = new URL(url, 'http://server').searchParams;
    const isBare = /PartialObjectMetadataList/.test(headers.accept ?? '');
    const start = Number(query.get('continue') ?? '0');
    const limit = Number(query.get('limit'));
    if (!isBare) limits.push(limit);
    const end = Math.min(sizes.length, start + limit);
    const items = sizes.slice(start, end).map((size, at) => ({
      metadata: { name: `object-${start + at}` },
      ...(isBare ? {} : { data: { text: 'x'.repeat(size) } }),
    }));
    const metadata = { resourceVersion: '7', ...(end < sizes.length ? { continue: `${end}` } : {}) };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ metadata, items }));
  });
  const cluster = clusterAt(endpointOf(url, '', { token: 't' }), { timeoutMs: 20_000 });
  return { cluster, limits };
}

async function namesOf(pages: ReturnType<Awaited<ReturnType<typeof clusterOf>>['cluster']['listPages']>) {
  const names: string[] = [];
  for await (const { items } of pages) names.push(...items.map(({ metadata }) => metadata.name));
  return names;
}

test('a page that is too large is asked for again in halves, and nothing is missing or doubled', async (t) => {
  const sizes = Array.from({ length: 30 }, () => 1.3 * MIB);
  const { cluster, limits } = await clusterOf(t, sizes);
  const names = await namesOf(cluster.listPages(CONFIG_MAP, { pageSize: 20 }));
  assert.deepEqual(
    names,
    sizes.map((_, at) => `object-${at}`),
  );
  assert.deepEqual(limits, [20, 10, 5, 5, 5, 5, 5, 5]);
});

test('pages grow again, slowly, up to what was asked for', async (t) => {
  const sizes = [...Array.from({ length: 8 }, () => 1.5 * MIB), ...Array.from({ length: 60 }, () => 1)];
  const { cluster, limits } = await clusterOf(t, sizes);
  assert.equal((await namesOf(cluster.listPages(CONFIG_MAP, { pageSize: 8 }))).length, sizes.length);
  assert.deepEqual(limits, [8, ...Array.from({ length: 8 }, () => 4), ...Array.from({ length: 5 }, () => 8)]);
});

test('pages grow by steps, and one that is too large has them counted anew', async (t) => {
  const tiny = (many: number) => Array.from({ length: many }, () => 1);
  const inQuarters = Array.from({ length: 3 }, () => 3 * MIB);
  const inHalves = Array.from({ length: 6 }, () => 1.5 * MIB);
  // 8 pages of 2, 8 of 4, 3 of 8, then 8 of 4 again, and the last one of 8.
  const sizes = [...inQuarters, ...tiny(13 + 32 + 24), ...inHalves, ...tiny(26 + 8)];
  const { cluster, limits } = await clusterOf(t, sizes);
  assert.equal((await namesOf(cluster.listPages(CONFIG_MAP, { pageSize: 8 }))).length, sizes.length);
  const pages = (many: number, limit: number) => Array.from({ length: many }, () => limit);
  assert.deepEqual(limits, [8, 4, ...pages(8, 2), ...pages(8, 4), ...pages(3, 8), 8, ...pages(8, 4), 8]);
});

test('how many objects a page has follows from what it is to weigh, and from those of the page before', async (t) => {
  const small = Array.from({ length: 25 }, () => 10_000);
  const large = Array.from({ length: 28 }, () => 300_000);
  const tiny = Array.from({ length: 1_000 }, () => 1);
  const sizes = [...small, ...large, ...tiny];
  const { cluster, limits } = await clusterOf(t, sizes);
  const names = await namesOf(cluster.listPages(CONFIG_MAP, { pageSize: 5, pageBytes: 250_000 }));
  assert.deepEqual(
    names,
    sizes.map((_, at) => `object-${at}`),
  );
  const ofSmall = [5, 20];
  const ofLarge = [24, 1, 1, 1, 1];
  const ofTiny = [1, 4, 16, 64, 256, 500, 500];
  assert.deepEqual(limits, [...ofSmall, ...ofLarge, ...ofTiny]);
});

test('a page that weighs too much to be read is asked for in halves first', async (t) => {
  const sizes = [1, 1, ...Array.from({ length: 8 }, () => 1.5 * MIB)];
  const { cluster, limits } = await clusterOf(t, sizes);
  const names = await namesOf(cluster.listPages(CONFIG_MAP, { pageSize: 2, pageBytes: MIB }));
  assert.equal(names.length, sizes.length);
  assert.deepEqual(limits, [2, 8, 4, 1, 1, 1, 1]);
});

test('one object that is too large by itself is named', async (t) => {
  const { cluster } = await clusterOf(t, [1, 9 * MIB, 1]);
  await assert.rejects(namesOf(cluster.listPages(CONFIG_MAP)), (error) => {
    assert.ok(hasReason(error, 'ClusterUnavailable'));
    assert.match(error.message, /^cannot list configmaps: "object-1" alone is larger than what is read$/);
    return true;
  });
});
