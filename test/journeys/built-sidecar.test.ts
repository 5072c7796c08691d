import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { APPLICATION } from '#common/resources/application.ts';
import { buildProgram } from '../../.scripts/build.ts';
import { until } from '../cluster/until.ts';
import { CLIENT, CONNECTION, startWorld } from './world.ts';

const PROBE = fileURLToPath(new URL('loaded-modules.cjs', import.meta.url));

interface Loaded {
  readonly builtins: readonly string[];
  readonly files: readonly string[];
}

/** The sidecar as it lies in the image, and what it has loaded once it ended. */
async function startBuilt(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'compass-built-'));
  const world = await startWorld(t);
  t.after(() => rm(folder, { recursive: true }));
  await buildProgram('sidecar', folder);
  const loadedFile = join(folder, 'loaded.json');
  const start = () =>
    world.start({ LOADED_MODULES_FILE: loadedFile }, ['--require', PROBE, join(folder, 'sidecar', 'main.js')]);
  const loaded = async () => JSON.parse(await readFile(loadedFile, 'utf8')) as Loaded;
  return { world, start, loaded };
}

/** What its work needs at all times. */
const RESIDENT: readonly string[] = ['graphql.cjs'];

/** What it loads as soon as there is much to count, or somebody scrapes: in a run as short as these or not. */
const LATE = 'prom-client.cjs';

function librariesOf({ files }: Loaded): string[] {
  const libraries = files.filter((file) => file.includes('/libraries/'));
  const names = libraries.map((file) => basename(file));
  return names.filter((name) => name !== LATE).toSorted();
}

/** What an HTTP client of fetch would have loaded, and what none of the sidecar's work needs. */
function needless({ builtins }: Loaded): string[] {
  return builtins.filter(
    (name) => /undici|acorn|wasm|webstorage|sqlite|internal\/test/.test(name) && !/^Internal Binding/.test(name),
  );
}

test('the built sidecar pairs, synchronizes and renews with what it was built of, and loads no HTTP client but its own', async (t) => {
  const { world, start, loaded } = await startBuilt(t);
  await world.configure();
  world.simulator.landscape.createApplication({ name: 'app-one' });
  const sidecar = start();
  await world.reaches('Synchronized');
  assert.ok(await world.cluster.cluster.find({ kind: APPLICATION, name: 'app-one' }));
  const before = await world.secret(CLIENT.namespace, CLIENT.name);
  await world.cluster.cluster.mergePatch(CONNECTION, { spec: { refreshCredentialsNow: true } });
  await until('another certificate is stored', async () => {
    const secret = await world.secret(CLIENT.namespace, CLIENT.name);
    return secret?.['crt'] !== before?.['crt'];
  });
  await world.reaches('Synchronized', ({ spec }) => spec.refreshCredentialsNow === false);
  assert.equal(await sidecar.stop(), 0);
  assert.deepEqual(needless(await loaded()), []);
});

test('at rest the built sidecar has loaded neither what makes certificates nor what reads a kubeconfig of a person', async (t) => {
  const { world, start, loaded } = await startBuilt(t);
  await world.configure();
  const first = start();
  await world.reaches('Synchronized');
  assert.equal(await first.stop(), 0);
  // Whoever has paired has run what makes certificates, and let go of it but for what it hangs on a global object.
  assert.deepEqual(librariesOf(await loaded()), [...RESIDENT, 'reflect-metadata.cjs']);
  const second = start();
  const isApplied = () => second.lines.some(({ msg }) => msg === 'applications were synchronized');
  await until('it has applied again', () => Promise.resolve(isApplied()));
  assert.equal(await second.stop(), 0);
  assert.deepEqual(librariesOf(await loaded()), RESIDENT);
  assert.deepEqual(needless(await loaded()), []);
});
