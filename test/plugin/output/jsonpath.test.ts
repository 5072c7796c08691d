import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hasReason } from '#common/errors.ts';
import { formatJsonPath, formatJsonPathAsJson } from '../../../plugin/output/jsonpath.ts';
import { NO_KUBECTL } from '../../cluster/kubectl.ts';

const DOCUMENT = fileURLToPath(new URL('golden/document.json', import.meta.url));

/** Each format, and what kubectl printed of the templates in it. */
const FORMATS = [
  { format: 'jsonpath', golden: new URL('golden/jsonpath.json', import.meta.url), print: formatJsonPath },
  {
    format: 'jsonpath-as-json',
    golden: new URL('golden/jsonpath-as-json.json', import.meta.url),
    print: formatJsonPathAsJson,
  },
] as const;
const [PLAIN] = FORMATS;

/** As JSON, kubectl prints one more empty list behind a range that has no end; nobody can mean that. */
const ACCIDENTS: readonly string[] = ['jsonpath-as-json {range .rows[*]}{.name}'];

type Format = (typeof FORMATS)[number];

/** What kubectl made of a template: undefined where it refused it, or the document with it. */
interface Recorded {
  readonly template: string;
  readonly output?: string | undefined;
}

/** kubectl prints files as well as objects of a cluster, so no server is needed. */
function askKubectl(template: string, { format }: Format): Promise<Recorded> {
  const args = ['annotate', '--local', '--overwrite', '-f', DOCUMENT, 'q=r', '-o', `${format}=${template}`];
  return new Promise((resolve) => {
    execFile('kubectl', args, { env: { ...process.env, KUBECONFIG: '/dev/null' } }, (error, stdout) => {
      resolve(error ? { template } : { template, output: stdout });
    });
  });
}

function ask(template: string, document: object, { print }: Format): Recorded {
  try {
    return { template, output: print(template, document) };
  } catch (error) {
    assert.ok(hasReason(error, 'Usage'), String(error));
    return { template };
  }
}

async function readGolden({ golden }: Format): Promise<readonly Recorded[]> {
  return JSON.parse(await readFile(golden, 'utf8'));
}

/** With UPDATE_GOLDEN=1 the templates stay, and kubectl (1.28 or later) says anew what they give. */
async function updateGolden(format: Format): Promise<void> {
  const recorded: Recorded[] = [];
  for (const { template } of await readGolden(PLAIN)) recorded.push(await askKubectl(template, format));
  await writeFile(format.golden, `${JSON.stringify(recorded, undefined, 2)}\n`);
}

for (const format of FORMATS) {
  test(`-o ${format.format} prints and refuses what kubectl does`, async () => {
    if (process.env['UPDATE_GOLDEN'] === '1') await updateGolden(format);
    const document = JSON.parse(await readFile(DOCUMENT, 'utf8'));
    const golden = await readGolden(format);
    assert.ok(golden.length > 200);
    for (const recorded of golden) {
      if (ACCIDENTS.includes(`${format.format} ${recorded.template}`)) continue;
      assert.deepEqual(ask(recorded.template, document, format), { ...recorded });
    }
  });

  test(`-o ${format.format} prints what the kubectl of this machine prints`, { skip: NO_KUBECTL }, async () => {
    const document = JSON.parse(await readFile(DOCUMENT, 'utf8'));
    const templates = [
      '{range .rows[*]}{.name}{"\\t"}{.tags}{"\\n"}{end}',
      '{.metadata.labels.app\\.kubernetes\\.io/name} {.obj} {.f} {.list[-2:]}',
      "{.rows[?(@.v>=2)]['name','v']}",
      '{.rows[5]}',
    ];
    for (const template of templates)
      assert.deepEqual(ask(template, document, format), await askKubectl(template, format));
  });
}

describe('jsonpath', () => {
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
