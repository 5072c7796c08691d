import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runHere } from '../run-plugin.ts';

/** Who gets as far as the cluster fails there, with another exit code. */
const NO_CLUSTER = ['--server', 'http://127.0.0.1:1'];

describe('a template that cannot be read is refused before anything is done:', () => {
  const bad: readonly (readonly [line: string, says: RegExp])[] = [
    ['sync -o jsonpath={.a', /jsonpath/],
    ['sync -o jsonpath-as-json={.a', /jsonpath/],
    ['sync -o jsonpath-as-json', /-o jsonpath-as-json needs a template: jsonpath-as-json='\{\.metadata\.name\}'/],
    ['sync -o jsonpath-as-json-file=x', /unknown output format "jsonpath-as-json-file=x"/],
    ['sync -o jsonpath-file=/nowhere/x', /the template \/nowhere\/x cannot be read: no such file or directory\n/],
    ['cert renew -o jsonpath={end}', /\{end\} without a \{range/],
    ['get apps -o custom-columns=NAME', /the column "NAME" is none/],
    ['get apps -o custom-columns=NAME:{.a[}', /\.a\[/],
  ];
  for (const [line, says] of bad) {
    test(line, async () => {
      const { code, stdout, stderr } = await runHere([...line.split(' '), ...NO_CLUSTER]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, says);
      assert.equal(stdout, '');
    });
  }

  test('also where it is in a file', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'template-'));
    t.after(() => rm(folder, { recursive: true }));
    for (const [line, text] of [
      ['sync -o jsonpath-file=', '{.a'],
      ['get apps -o custom-columns-file=', 'A B\n.a\n'],
    ] as const) {
      const path = join(folder, 'template');
      await writeFile(path, text);
      const { code, stderr } = await runHere([...`${line}${path}`.split(' '), ...NO_CLUSTER]);
      assert.equal(code, 2, stderr);
    }
  });

  test('one that can be read gets as far as the cluster', async () => {
    const { code, stderr } = await runHere(['sync', '-o', 'jsonpath={.items[*].name}{"\\n"}', ...NO_CLUSTER]);
    assert.equal(code, 4, stderr);
  });
});
