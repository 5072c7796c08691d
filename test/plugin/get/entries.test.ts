import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { conform, type Schema } from '#common/resources/conform.ts';
import { API_SCHEMA } from '../../../plugin/schemas/api.ts';
import { APPLICATION_SECRET_SCHEMA } from '../../../plugin/schemas/application-secret.ts';
import { BUNDLE_SCHEMA } from '../../../plugin/schemas/bundle.ts';
import { EVENT_DEFINITION_SCHEMA } from '../../../plugin/schemas/event-definition.ts';
import { HIDDEN, ORDERS_SECRET } from './landscape.ts';
import { namesOf, withLandscape } from './scene.ts';

describe('get what is inside of Applications', () => {
  const types: readonly (readonly [type: string, count: number, schema: Schema])[] = [
    ['bundles', 3, BUNDLE_SCHEMA],
    ['apis', 6, API_SCHEMA],
    ['events', 3, EVENT_DEFINITION_SCHEMA],
    ['secrets', 3, APPLICATION_SECRET_SCHEMA],
  ];

  test('prints items that conform to their schemas', async (t) => {
    const { run } = await withLandscape(t);
    for (const [type, count, schema] of types) {
      const { items } = JSON.parse((await run(`${type} -o json`)).stdout);
      assert.equal(items.length, count, type);
      for (const item of items) assert.deepEqual(conform(schema, item), item);
      assert.equal((await run(`${type} -o name`)).stdout.split('\n').length, count + 1);
      assert.equal(namesOf((await run(`${type} -o wide --no-headers`)).stdout).length, count);
    }
  });

  test('fits a terminal of 80 columns; what is long is shown by -o wide', async (t) => {
    const { run } = await withLandscape(t);
    for (const type of ['bundles', 'apis', 'events', 'secrets']) {
      const longest = Math.max(...(await run(type)).stdout.split('\n').map(({ length }) => length));
      assert.ok(longest <= 80, `${type}: ${longest}`);
    }
    assert.match(
      (await run('apis orders-v1 -o wide')).stdout,
      new RegExp(`^orders-v1 +orders .* ${ORDERS_SECRET} +http:`, 'm'),
    );
  });

  test('a path without braces is printed as it stands, as by kubectl, with a hint', async (t) => {
    const { run } = await withLandscape(t);
    const { code, stdout, stderr } = await run('apis -o jsonpath=items[0].id');
    assert.deepEqual([code, stdout], [0, 'items[0].id']);
    assert.match(stderr, /the path is -o jsonpath='\{\.items\[0\]\.id\}'$/m);
    assert.equal((await run('apis -q -o jsonpath=items[0].id')).stderr, '');
  });

  test('APIs are found by name or id, with where they are called and their Secret', async (t) => {
    const { run } = await withLandscape(t);
    const path = '{.items[?(@.application=="orders")].gatewayUrl}';
    const { stdout } = await run(`apis orders-v1 -o jsonpath=${path}`);
    assert.equal(stdout, 'http://gateway.example:8082/orders/sales/orders-v1');
    const byId = await run('api 00000000-0000-4000-8000-0000000000c1 --status-selector ready=false');
    assert.match(byId.stdout, /^orders-v1 +stock +sales-4e1f2 +OAuth +False$/m);
    assert.equal((await run('api nope')).code, 3);
  });

  test('the login in the URL of an API is printed by no format', async (t) => {
    const { run } = await withLandscape(t);
    for (const output of ['wide', 'json', 'jsonpath={.items[*].targetUrl}']) {
      const { stdout } = await run(`apis prices -o ${output}`);
      assert.match(stdout, /https:\/\/\[sensitive\]@prices\.example/);
      assert.ok(!stdout.includes(HIDDEN), output);
    }
  });
});
