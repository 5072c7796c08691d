import assert from 'node:assert/strict';
import type { ApiAnswer } from '../../cluster/api-request.ts';
import { until } from '../../cluster/until.ts';
import { type Case, DEFINITIONS, expectCode, expectRefusal, MERGE, TABLE, type World } from '../world.ts';

type Schema = Readonly<Record<string, unknown>>;

const OPEN: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

function definition(group: string, schema: Schema = OPEN, version: object = {}, spec: object = {}) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wd'] },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version }],
      ...spec,
    },
  };
}

const widget = (group: string, name: string, more: object = {}) => ({
  apiVersion: `${group}/v1`,
  kind: 'Widget',
  metadata: { name },
  ...more,
});

/** Defines widgets in a group of the case's own; gives where they are served in the case's namespace. */
async function define(world: World, schema?: Schema, version?: object) {
  const group = `${world.namespace}.example.com`;
  expectCode(await world.post(DEFINITIONS, definition(group, schema, version)), 201);
  const path = world.at('widgets', undefined, `${group}/v1`);
  await until('widgets are served', async () => (await world.get(path)).status === 200);
  return { group, path };
}

/** The life of a CustomResourceDefinition. */
export const DEFINITION_CASES: readonly Case[] = [
  {
    name: 'a definition is established, served, and its resources are discovered',
    async run(world) {
      const { group } = await define(world);
      const { status } = expectCode(await world.get(`${DEFINITIONS}/widgets.${group}`), 200);
      const conditions = status.conditions.map(({ type, status: is }: ApiAnswer['json']) => `${type} ${is}`).sort();
      assert.deepEqual(conditions, ['Established True', 'NamesAccepted True']);
      assert.deepEqual(status.storedVersions, ['v1']);
      assert.equal(status.acceptedNames.listKind, 'WidgetList');
      const list = expectCode(await world.get(`/apis/${group}/v1`), 200);
      assert.deepEqual([list.kind, list.groupVersion], ['APIResourceList', `${group}/v1`]);
      const [resource] = list.resources;
      assert.deepEqual(
        [resource.name, resource.singularName, resource.namespaced, resource.kind, resource.shortNames],
        ['widgets', 'widget', true, 'Widget', ['wd']],
      );
      const { groups } = expectCode(await world.get('/apis'), 200);
      const found = groups.find(({ name }: ApiAnswer['json']) => name === group);
      assert.equal(found.preferredVersion.groupVersion, `${group}/v1`);
    },
  },
  {
    name: 'a definition that goes takes its objects and its paths with it',
    async run(world) {
      const { group, path } = await define(world);
      expectCode(await world.post(path, widget(group, 'a')), 201);
      expectCode(await world.delete(`${DEFINITIONS}/widgets.${group}`), 200);
      await until(
        'the definition is gone',
        async () => (await world.get(`${DEFINITIONS}/widgets.${group}`)).status === 404,
      );
      await until('the path is gone', async () => (await world.get(path)).status === 404);
      expectCode(await world.post(DEFINITIONS, definition(group)), 201);
      await until('widgets are served again', async () => (await world.get(path)).status === 200);
      assert.deepEqual(expectCode(await world.get(path), 200).items, []);
    },
  },
  {
    name: 'a definition whose name is not its plural and group is 422',
    async run({ post, namespace }) {
      const wrong = { ...definition(`${namespace}.example.com`), metadata: { name: 'wrong.example.com' } };
      expectRefusal(
        await post(DEFINITIONS, wrong),
        422,
        'Invalid',
        /metadata\.name: Invalid value.*must be spec\.names\.plural\+"\."\+spec\.group/,
      );
    },
  },
  {
    name: 'a definition without a schema is 422',
    async run({ post, namespace }) {
      const wrong = definition(`${namespace}.example.com`, OPEN, { schema: undefined });
      expectRefusal(await post(DEFINITIONS, wrong), 422, 'Invalid', /schema/);
    },
  },
  {
    name: 'a definition whose schema has no type is 422',
    async run({ post, namespace }) {
      const wrong = definition(`${namespace}.example.com`, { properties: { spec: { properties: { a: {} } } } });
      expectRefusal(await post(DEFINITIONS, wrong), 422, 'Invalid', /type: Required value: must not be empty/);
    },
  },
  {
    name: 'a definition that stores no version is 422',
    async run({ post, namespace }) {
      const wrong = definition(`${namespace}.example.com`, OPEN, { storage: false });
      expectRefusal(
        await post(DEFINITIONS, wrong),
        422,
        'Invalid',
        /must have exactly one version marked as storage version/,
      );
    },
  },
  {
    name: 'a changed schema holds for what is written afterwards',
    async run(world) {
      const { group, path } = await define(world);
      expectCode(await world.post(path, widget(group, 'old', { spec: { a: 1 } })), 201);
      const schema = {
        type: 'object',
        properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } },
      };
      const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }];
      expectCode(await world.patch(`${DEFINITIONS}/widgets.${group}`, MERGE, { spec: { versions } }), 200);
      await until('the new schema holds', async () => {
        return (await world.post(`${path}?dryRun=All`, widget(group, 'new', { spec: { a: 1 } }))).status === 422;
      });
      expectCode(await world.get(`${path}/old`), 200);
      expectCode(await world.post(path, widget(group, 'new', { spec: { a: 'x' } })), 201);
    },
  },
  {
    name: 'printer columns come in tables, in their order, with their types',
    async run(world) {
      const properties = { spec: OPEN, status: OPEN };
      const additionalPrinterColumns = [
        { name: 'State', type: 'string', jsonPath: '.status.state' },
        { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
        { name: 'Count', type: 'integer', jsonPath: '.spec.count', priority: 1 },
        { name: 'Since', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ];
      const { group, path } = await define(world, { type: 'object', properties }, { additionalPrinterColumns });
      const conditions = [
        { type: 'Connected', status: 'False' },
        { type: 'Ready', status: 'True' },
      ];
      expectCode(
        await world.post(path, widget(group, 'a', { spec: { count: 3 }, status: { state: 'Up', conditions } })),
        201,
      );
      expectCode(await world.post(path, widget(group, 'b')), 201);
      const table = expectCode(await world.get(path, { accept: TABLE }), 200);
      const columns = table.columnDefinitions.map(
        ({ name, type, priority }: ApiAnswer['json']) => `${name} ${type} ${priority}`,
      );
      assert.deepEqual(columns, [
        'Name string 0',
        'State string 0',
        'Ready string 0',
        'Count integer 1',
        'Since date 0',
      ]);
      assert.deepEqual(table.rows[0].cells.slice(0, 4), ['a', 'Up', 'True', 3]);
      assert.deepEqual(table.rows[1].cells.slice(0, 4).slice(0, 1), ['b']);
    },
  },
  {
    name: 'int-or-string, preserved fields, additional properties and nested defaults',
    async run(world) {
      const schema = {
        type: 'object',
        properties: {
          spec: {
            type: 'object',
            properties: {
              port: { 'x-kubernetes-int-or-string': true },
              free: OPEN,
              map: { type: 'object', additionalProperties: { type: 'integer', minimum: 1 } },
              nested: { type: 'object', default: {}, properties: { on: { type: 'boolean', default: true } } },
              list: { type: 'array', maxItems: 2, items: { type: 'string' } },
            },
          },
        },
      };
      const { group, path } = await define(world, schema);
      const spec = { port: 80, free: { any: { deep: [1] } }, map: { a: 1 }, list: ['x'], gone: 1 };
      const created = expectCode(await world.post(path, widget(group, 'a', { spec })), 201);
      assert.deepEqual(created.spec, {
        port: 80,
        free: { any: { deep: [1] } },
        map: { a: 1 },
        list: ['x'],
        nested: { on: true },
      });
      expectCode(await world.post(path, widget(group, 'b', { spec: { port: 'http' } })), 201);
      const bad = await world.post(path, widget(group, 'c', { spec: { map: { a: 0 } } }));
      expectRefusal(bad, 422, 'Invalid', /spec\.map\.a: Invalid value: 0/);
      const long = await world.post(path, widget(group, 'c', { spec: { list: ['1', '2', '3'] } }));
      expectRefusal(long, 422, 'Invalid', /spec\.list: (Invalid value|Too many)/);
    },
  },
  {
    name: 'a version that is not served is 404',
    async run(world) {
      const group = `${world.namespace}.example.com`;
      const base = definition(group);
      const second = { ...base.spec.versions[0], name: 'v2', storage: false, served: false };
      const versions = [...base.spec.versions, second];
      expectCode(await world.post(DEFINITIONS, { ...base, spec: { ...base.spec, versions } }), 201);
      await until(
        'v1 is served',
        async () => (await world.get(world.at('widgets', undefined, `${group}/v1`))).status === 200,
      );
      assert.equal((await world.get(world.at('widgets', undefined, `${group}/v2`))).status, 404);
    },
  },
];
