import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTrackedFiles } from './tracked-files.ts';

/** Ways to skip a test that say no reason: a method, a bare call, a condition that gives true. */
const WITHOUT_REASON = [
  /\b(?:test|it|describe|suite)\.(?:skip|todo|only)\(/,
  /\.(?:skip|todo)\(\s*\)/,
  /\b(?:skip|todo|only): *(?:true|![\w.]+|[\w.]+ *[!=]==? *[^?:]*)[,}\s]*$/m,
];

function findings(text: string): string[] {
  return WITHOUT_REASON.flatMap((pattern) => pattern.exec(text)?.[0].trim() ?? []);
}

test('every skipped test says why', async (t) => {
  const files = await readTrackedFiles();
  if (files === undefined) return t.skip('this copy has no git, which knows the files');
  const tests = files.filter(({ path }) => path.endsWith('.test.ts') && path !== 'test/repository/skips.test.ts');
  assert.ok(tests.length > 0);
  const found = tests.flatMap(({ path, text }) => findings(text).map((finding) => `${path}: ${finding}`));
  assert.deepEqual(found, []);
});

test('a skip without a reason is found, one with a reason is not', () => {
  const silent = ['test.skip("x", f)', 't.skip()', '{ skip: true }', "{ skip: process.platform === 'win32' }"];
  for (const code of silent) assert.notDeepEqual(findings(code), [], code);
  const honest = ["t.skip('no kubectl here')", "{ skip: hasKubectl ? false : 'no kubectl here' }", '{ skip: reason }'];
  for (const code of honest) assert.deepEqual(findings(code), [], code);
});
