import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import type { Observation } from '#common/cluster/answer.ts';
import { clusterAt } from '#common/cluster/connect.ts';
import { CONFIG_MAP } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { endpointOf } from '../../cluster/endpoint-of.ts';
import { answering } from './answering.ts';

const MORE_THAN_IS_READ = Buffer.alloc(9 * 1024 * 1024, ' ');

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** A server that answers as told, lists of its ConfigMaps in a namespace, and what is observed of them. */
async function listsOf(t: TestContext, answer: Answer) {
  let count = 0;
  const url = await answering(t, (request, response) => {
    count += 1;
    answer(request, response, count);
  });
  const observed: Observation[] = [];
  const observe = (one: Observation) => void observed.push(one);
  const cluster = clusterAt(endpointOf(url, '', { token: 't' }), { timeoutMs: 20_000, observe });
  const names = async () => {
    const all: string[] = [];
    const pages = cluster.listPages(CONFIG_MAP, { namespace: 'shop', pageSize: 1 });
    for await (const { items } of pages) all.push(...items.map(({ metadata }) => metadata.name));
    return all;
  };
  return { names, observed, requests: () => count };
}

function answerPage(response: ServerResponse, names: readonly string[], next?: string): void {
  const metadata = { resourceVersion: '7', ...(next === undefined ? {} : { continue: next }) };
  const items = names.map((name) => ({ metadata: { name } }));
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ metadata, items }));
}

const fails = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof CompassError, String(error));
  assert.match(error.message, pattern);
  assert.equal(error.maybeDone, false);
  return true;
};

test('a page for which the server closed the idle connection is asked for once more', async (t) => {
  const { names, observed, requests } = await listsOf(t, ({ socket, url = '' }, response, count) => {
    if (count === 2) socket.destroy();
    else if (url.includes('continue=')) answerPage(response, ['b']);
    else answerPage(response, ['a'], 'b');
  });
  assert.deepEqual(await names(), ['a', 'b']);
  assert.equal(requests(), 3);
  const asked = observed.map(({ verb, resource, method, status }) => [verb, resource, method, status]);
  assert.deepEqual(asked, [
    ['list', 'configmaps', 'GET', 200],
    ['list', 'configmaps', 'GET', 200],
  ]);
});

test('what cannot be listed is said with its namespace, and nothing was done', async (t) => {
  const refused = await listsOf(t, (_, response) => response.writeHead(403).end());
  await assert.rejects(refused.names(), fails(/^cannot list configmaps in namespace "shop": /));
  const cut = await listsOf(t, ({ socket }) => socket.destroy());
  await assert.rejects(cut.names(), fails(/^cannot list configmaps in namespace "shop": .*connection reset/));
});

test('one object that is too large by itself is told of in its namespace, also where its name cannot be had', async (t) => {
  const whichOf = async (answerBare: (response: ServerResponse) => void) => {
    const { names } = await listsOf(t, ({ headers }, response) => {
      if (headers.accept?.includes('PartialObjectMetadataList')) answerBare(response);
      else response.writeHead(200, { 'content-type': 'application/json' }).end(MORE_THAN_IS_READ);
    });
    const error = await names().then(
      () => assert.fail('it was read'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof CompassError, String(error));
    const [, which] = /^cannot list configmaps in namespace "shop": (.*) alone is larger/.exec(error.message) ?? [];
    return which;
  };
  assert.equal(await whichOf((response) => answerPage(response, ['orders'])), '"orders"');
  assert.equal(await whichOf((response) => answerPage(response, [])), 'one object', 'it was deleted meanwhile');
  assert.equal(await whichOf((response) => response.destroy()), 'one object', 'nobody answers');
});
