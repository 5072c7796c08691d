import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { rowsOfPoint } from '../faults/process/pairing-rows.ts';
import { boundariesOf, readCommitted } from '../faults/process/points.ts';
import { SCENARIO_NAMES } from '../faults/process/scenarios.ts';
import { ROW_IDS, type RowId, rowsOfName, whyNot } from '../faults/rows.ts';
import { readFromRoot } from './tracked-files.ts';

const TEST = fileURLToPath(new URL('../', import.meta.url));

/** The rows that a test file names: in front of a test's title, and as what titles are made of where it makes them. */
function rowsIn(text: string): readonly RowId[] {
  const literals = [...text.matchAll(/(['"`])((?:(?!\1)[^\n\\]|\\.)*)\1/g)].map(([, , literal = '']) => literal);
  const makesTitles = /\brow\(|\$\{(?:\w+\.)?(?:id|row)\}/.test(text);
  return literals.flatMap((literal) => rowsOfName(makesTitles ? `${literal.replace(/: .*/, '')}: ` : literal));
}

test('every row of the fault matrix has a test that names it, or says why there is none', async () => {
  const files = globSync('**/*.test.ts', { cwd: TEST });
  const texts = await Promise.all(files.map((file) => readFromRoot(`test/${file}`)));
  const committed = readCommitted();
  const points = SCENARIO_NAMES.flatMap((name) => boundariesOf(name, committed[name]));
  const named = new Set([...texts.flatMap(rowsIn), ...points.flatMap((point) => rowsOfPoint(committed, point))]);
  const missing = ROW_IDS.filter((id) => !named.has(id) && whyNot(id) === undefined);
  assert.deepEqual(missing, []);
});
