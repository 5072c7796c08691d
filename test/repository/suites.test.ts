import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readFromRoot } from './tracked-files.ts';

const TEST = fileURLToPath(new URL('../', import.meta.url));
const find = (pattern: string) => globSync(pattern, { cwd: TEST });

test('every test file is run by npm test, or by npm run test:release, once', async () => {
  const suites = await Promise.all(find('suites/*.suite.ts').map((suite) => readFromRoot(`test/${suite}`)));
  const patterns = suites.flatMap((text) =>
    [...text.matchAll(/'([^'\n]*\*[^'\n]*)'/g)].map(([, pattern = '']) => pattern),
  );
  const { scripts } = JSON.parse(await readFromRoot('package.json')) as { readonly scripts: Record<string, string> };
  const commands = `${scripts['test']} ${scripts['test:release']}`;
  const named = [...commands.matchAll(/"test\/([^"]+\.test\.ts)"/g)].map(([, pattern = '']) => pattern);
  const run = [...patterns, ...named].flatMap(find).toSorted();
  assert.deepEqual(run, find('**/*.test.ts').toSorted());
});
