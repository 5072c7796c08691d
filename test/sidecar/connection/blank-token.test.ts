import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_MAP, type ConfigMap, SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { type Bench, reasonIn, startBench } from './bench.ts';

const CONFIGURATION = { namespace: 'compass-system', name: 'compass-agent-configuration' };

async function stored({ cluster }: Bench): Promise<Readonly<Record<string, string>>> {
  const secret = await cluster.get<Secret>({ kind: SECRET, ...CONFIGURATION });
  const entries = Object.entries(secret.data ?? {});
  return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

test('a used token is taken out of the Secret, by our name, and everything else in it stays', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  const before = await stored(bench);
  const pass = bench.start();
  assert.equal((await pass()).did, 'paired');
  assert.deepEqual(await stored(bench), { ...before, TOKEN: '' });
  const { metadata } = await bench.cluster.get<Secret>({ kind: SECRET, ...CONFIGURATION });
  assert.ok(metadata.managedFields?.some(({ manager }) => manager === 'compass-sidecar'));
  const after = await pass();
  assert.deepEqual([after.token, reasonIn(after), after.warnings], ['none', undefined, []]);
});

test('where the token alone says where Compass is, its URL stays in the Secret', async (t) => {
  const bench = await startBench(t);
  const { rawEncoded, connectorURL } = bench.simulator.requestToken();
  const { runtimeId, tenant } = bench.simulator;
  const stringData = { RUNTIME_ID: runtimeId, TENANT: tenant, TOKEN: rawEncoded };
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: CONFIGURATION, stringData };
  await bench.cluster.create<Secret>(SECRET, object as Secret);
  const pass = bench.start();
  assert.equal((await pass()).did, 'paired');
  const { CONNECTOR_URL, TOKEN } = await stored(bench);
  assert.deepEqual([CONNECTOR_URL, TOKEN], [connectorURL, '']);
  assert.equal(reasonIn(await pass()), undefined);
});

test('a token of the older form, in a ConfigMap, stays', async (t) => {
  const bench = await startBench(t);
  const { urls, runtimeId, tenant } = bench.simulator;
  const TOKEN = bench.simulator.requestToken().token;
  const data = { CONNECTOR_URL: urls.connector, RUNTIME_ID: runtimeId, TENANT: tenant, TOKEN };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: CONFIGURATION, data };
  await bench.cluster.create<ConfigMap>(CONFIG_MAP, object);
  const pass = bench.start();
  assert.equal((await pass()).did, 'paired');
  assert.deepEqual((await pass()).warnings, []);
  assert.equal((await bench.cluster.get<ConfigMap>({ kind: CONFIG_MAP, ...CONFIGURATION })).data?.['TOKEN'], TOKEN);
});

test('a Secret that somebody changes at the same moment is left as they wrote it', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  const ref = { kind: SECRET, ...CONFIGURATION };
  const data = { TOKEN: Buffer.from('another-token').toString('base64') };
  let isChanged = false;
  const pass = bench.start({
    ...bench.cluster,
    async mergePatch(...args: Parameters<typeof bench.cluster.mergePatch>) {
      if (args[0].name === CONFIGURATION.name && !isChanged) {
        isChanged = true;
        await bench.cluster.mergePatch(ref, { data });
      }
      return bench.cluster.mergePatch(...args);
    },
  } as typeof bench.cluster);
  assert.equal((await pass()).did, 'paired');
  assert.equal((await stored(bench))['TOKEN'], 'another-token');
  assert.equal((await pass()).token, 'unused');
});

test('what keeps a used token in the Secret is a warning, tried again with growing waits, and over when it is mended', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  let tries = 0;
  let isForbidden = true;
  const pass = bench.start({
    ...bench.cluster,
    mergePatch(...args: Parameters<typeof bench.cluster.mergePatch>) {
      if (args[0].name !== CONFIGURATION.name || !isForbidden) return bench.cluster.mergePatch(...args);
      tries += 1;
      return Promise.reject(new CompassError('ClusterForbidden', 'cannot patch secrets: no', { status: 403 }));
    },
  } as typeof bench.cluster);
  const paired = await pass();
  assert.deepEqual([paired.did, reasonIn(paired)], ['paired', undefined]);
  assert.deepEqual(
    paired.warnings.map(({ type }) => type),
    ['TokenKept'],
  );
  await pass();
  assert.equal(tries, 1);
  bench.clock.advance(5_000);
  assert.equal((await pass()).token, 'used');
  assert.equal(tries, 2);
  isForbidden = false;
  bench.clock.advance(3_600_000);
  assert.deepEqual((await pass()).warnings, []);
  assert.equal((await stored(bench))['TOKEN'], '');
});
