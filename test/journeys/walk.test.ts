import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { conform, type Schema } from '#common/resources/conform.ts';
import { buildProgram } from '../../.scripts/build.ts';
import { PUBLISHED } from '../../.scripts/schemas.ts';
import type { Command } from '../../plugin/command.ts';
import { COMMANDS } from '../../plugin/commands.ts';
import { DOCUMENT_API_VERSION } from '../../plugin/output/document.ts';
import { startTestCluster } from '../cluster/start-test-cluster.ts';
import { type PluginResult, runHere, runProgram } from '../plugin/run-plugin.ts';
import { FAULTS, type Fault, WALKS, type Walk } from './walk/lines.ts';
import { startWorld, type World } from './world.ts';

/** Templates that every document can fill. */
const TEMPLATES: Readonly<Record<string, string>> = {
  jsonpath: 'jsonpath={.kind}',
  'custom-columns': 'custom-columns=KIND:.kind',
};

interface Ground {
  readonly world: World;
  readonly folder: string;
  /** Flags and environment that bring each fault about. */
  readonly faults: Readonly<Record<Fault, { readonly args: readonly string[]; readonly kubeconfig: string }>>;
}

/** A world where all is well, and the same with each fault in the way. */
async function startGround(t: TestContext): Promise<Ground> {
  const world = await startWorld(t);
  const folder = await mkdtemp(join(tmpdir(), 'compass-walk-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await buildProgram('plugin', folder);
  world.simulator.landscape.createApplication({ name: 'orders' });
  await world.configure();
  world.start();
  await world.reaches('Synchronized');
  const nobody = await world.cluster.as({ name: 'nobody', groups: [] });
  const empty = await startTestCluster(t);
  const kubeconfig = world.cluster.kubeconfigPath;
  return {
    world,
    folder,
    faults: {
      unreachable: { args: ['--server', 'https://127.0.0.1:1'], kubeconfig },
      forbidden: { args: [], kubeconfig: nobody.kubeconfigPath },
      absent: { args: [], kubeconfig: empty.kubeconfigPath },
      misused: { args: ['--no-such-flag'], kubeconfig },
    },
  };
}

async function lineOf(name: string, { args }: Walk, { world, folder }: Ground): Promise<string[]> {
  const tokenFile = join(folder, 'token.txt');
  await writeFile(tokenFile, world.simulator.requestToken().rawEncoded);
  return [...name.split(' '), ...args.map((arg) => arg.replace('TOKEN', tokenFile).replace('FOLDER', folder))];
}

interface Run extends PluginResult {
  readonly format: string;
}

async function runInEveryFormat(
  line: readonly string[],
  command: Command,
  kubeconfig: string,
  env: Readonly<Record<string, string>>,
): Promise<Run[]> {
  const runs: Run[] = [];
  for (const format of command.formats) {
    const output = format === 'default' ? [] : ['-o', TEMPLATES[format] ?? format];
    runs.push({ ...(await runHere([...line, ...output], { ...env, KUBECONFIG: kubeconfig })), format });
  }
  return runs;
}

/** One exit code whatever the format, and a document that says the same. */
function assertAlike(runs: readonly Run[], expected: number, what: string, command: Command): void {
  for (const { format, code, stdout, stderr } of runs) {
    const where = `${what} -o ${format}\nstdout: ${stdout}\nstderr: ${stderr}`;
    assert.equal(code, expected, where);
    assert.ok(code in { ...command.exits, 2: '' }, `${where}\nis an exit code that the help does not name`);
    if (format === 'json') assertDocument(JSON.parse(stdout), code, where);
    if (format === 'yaml') assertDocument(parse(stdout), code, where);
    if (code !== 0 && code !== 1) assert.match(stderr, /^error: .+\n {2}CMP\d{4} \w+; next: .+$/m, where);
  }
}

function assertDocument(document: Readonly<Record<string, unknown>>, code: number, where: string): void {
  assert.ok(document['kind'], where);
  if (document['kind'] === 'List') {
    assert.equal(code, 0, where);
    return;
  }
  assert.equal(document['apiVersion'], DOCUMENT_API_VERSION, where);
  assertConforms(document, where);
  const { verdict, error, remediation } = document as Readonly<Record<string, { readonly [field: string]: unknown }>>;
  assert.equal(verdict?.['exitCode'], code, where);
  if (code === 0) return;
  assert.match(String(error?.['code']), /^CMP\d{4}$/, where);
  assert.ok(String(error?.['message']).length > 0, where);
  assert.ok(Array.isArray(remediation) && remediation.length > 0, where);
}

/** A document has what its schema says, and nothing else; a failure may lack all that is the command's own. */
function assertConforms(document: Readonly<Record<string, unknown>>, where: string): void {
  const schemas: Readonly<Record<string, Schema>> = PUBLISHED;
  const own = schemas[String(document['kind'])];
  const candidates = document['verdict'] && 'error' in document ? [own, PUBLISHED.Failure] : [own];
  const conforming = candidates.map((schema) => schema && conform(schema, document));
  const isWhole = conforming.some((part) => isDeepStrictEqual(part, document));
  if (!isWhole) assert.deepEqual(conforming[0] ?? conforming[1], document, where);
}

test('every command, in every format and whatever is in its way, gives one exit code and a document that agrees', async (t) => {
  const ground = await startGround(t);
  const env = { NODE_EXTRA_CA_CERTS: ground.world.caFile };
  for (const { name, load } of COMMANDS) {
    const walk = WALKS[name];
    await t.test(name, async () => {
      assert.ok(walk, `${name} has no line in walk/lines.ts`);
      const command = await load();
      const good = await lineOf(name, walk, ground);
      const runs = await runInEveryFormat(good, command, ground.world.cluster.kubeconfigPath, env);
      assertAlike(runs, walk.good ?? 0, name, command);
      const line = await lineOf(name, walk, ground);
      const main = join(ground.folder, 'plugin', 'main.js');
      const built = await runProgram(main, line, { ...env, KUBECONFIG: ground.world.cluster.kubeconfigPath });
      assertAlike([{ ...built, format: 'default' }], walk.good ?? 0, `${name}, as it is built`, command);
      for (const [fault, usual] of Object.entries(FAULTS) as [Fault, number][]) {
        const { args, kubeconfig } = ground.faults[fault];
        const expected = walk.faults?.[fault] ?? (walk.offline && fault !== 'misused' ? (walk.good ?? 0) : usual);
        const line = await lineOf(name, walk, ground);
        const failed = await runInEveryFormat([...line, ...args], command, kubeconfig, env);
        assertAlike(failed, expected, `${name}, ${fault}`, command);
      }
    });
  }
});
