import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFromRoot } from './tracked-files.ts';

test('CI runs the test line that the README gives', async () => {
  const readme = await readFromRoot('README.md');
  const lines = readme.split('\n').filter((line) => /^npm ci && npm (?:run )?test\b/.test(line));
  assert.equal(lines.length, 1, 'the README gives one test line');
  const script = await readFromRoot('.ci/run');
  assert.ok(script.includes(`(set -e; ${lines[0]}) 2>&1`), `.ci/run does not run ${lines[0]}`);
});
