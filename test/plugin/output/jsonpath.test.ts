import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hasReason } from '#common/errors.ts';
import { formatJsonPath } from '../../../plugin/output/jsonpath.ts';
import { NO_KUBECTL } from '../../cluster/kubectl.ts';

const DOCUMENT = fileURLToPath(new URL('golden/document.json', import.meta.url));
const GOLDEN = new URL('golden/jsonpath.json', import.meta.url);

/** What kubectl made of a template: undefined where it refused it, or the document with it. */
interface Recorded {
  readonly template: string;
  readonly output?: string | undefined;
}

/** kubectl prints files as well as objects of a cluster, so no server is needed. */
function askKubectl(template: string): Promise<Recorded> {
  const args = ['annotate', '--local', '--overwrite', '-f', DOCUMENT, 'q=r', '-o', `jsonpath=${template}`];
  return new Promise((resolve) => {
    execFile('kubectl', args, { env: { ...process.env, KUBECONFIG: '/dev/null' } }, (error, stdout) => {
      resolve(error ? { template } : { template, output: stdout });
    });
  });
}

function ask(template: string, document: object): Recorded {
  try {
    return { template, output: formatJsonPath(template, document) };
  } catch (error) {
    assert.ok(hasReason(error, 'Usage'), String(error));
    return { template };
  }
}

async function readGolden(): Promise<readonly Recorded[]> {
  return JSON.parse(await readFile(GOLDEN, 'utf8'));
}

/** With UPDATE_GOLDEN=1 the templates stay, and kubectl (1.28 or later) says anew what they give. */
async function updateGolden(): Promise<void> {
  const recorded: Recorded[] = [];
  for (const { template } of await readGolden()) recorded.push(await askKubectl(template));
  await writeFile(GOLDEN, `${JSON.stringify(recorded, undefined, 2)}\n`);
}

describe('jsonpath', () => {
  test('prints and refuses what kubectl does', async () => {
    if (process.env['UPDATE_GOLDEN'] === '1') await updateGolden();
    const document = JSON.parse(await readFile(DOCUMENT, 'utf8'));
    const golden = await readGolden();
    assert.ok(golden.length > 200);
    for (const recorded of golden) assert.deepEqual(ask(recorded.template, document), { ...recorded });
  });

  test('prints what the kubectl of this machine prints', { skip: NO_KUBECTL }, async () => {
    const document = JSON.parse(await readFile(DOCUMENT, 'utf8'));
    const templates = [
      '{range .rows[*]}{.name}{"\\t"}{.tags}{"\\n"}{end}',
      '{.metadata.labels.app\\.kubernetes\\.io/name} {.obj} {.f} {.list[-2:]}',
      "{.rows[?(@.v>=2)]['name','v']}",
      '{.rows[5]}',
    ];
    for (const template of templates) assert.deepEqual(ask(template, document), await askKubectl(template));
  });

  const refusals: readonly (readonly [template: string, why: RegExp])[] = [
    ['{.a', /a \{ has no \}/],
    ['{.a[0}', /a \[ has no \]/],
    ['{a.b}', /is there a dot missing, \.a\?/],
    ['{.a["b"]}', /keys in single quotes/],
    ['{.list[?(@=~"c")]}', /no operator =, but == !=/],
    ['{.list[3]}', /index 3 is outside a list of 1/],
    ['{.list.x}{end}', /\{end\} without a \{range …\}/],
    ['{.name[0]}', /a string is no list/],
  ];
  for (const [template, why] of refusals) {
    test(`says what is wrong with ${template}`, () => {
      assert.throws(() => formatJsonPath(template, { list: [1], name: 'x' }), why);
    });
  }

  test('looks everywhere below in the order of the keys', () => {
    assert.equal(formatJsonPath('{..name}', { b: { name: 2 }, a: { name: 1 } }), '1 2');
    assert.equal(formatJsonPath('{.*}', { b: 2, a: 1 }), '1 2');
  });

  test('compares whole numbers with others, which kubectl does not', () => {
    assert.equal(formatJsonPath('{.a[?(@.v>1.5)].v}', { a: [{ v: 1 }, { v: 2 }] }), '2');
  });

  test('ignores fields that are undefined, as JSON does', () => {
    assert.equal(formatJsonPath('{.a}|{@}', { a: undefined, b: 1 }), '|{"b":1}');
  });
});
