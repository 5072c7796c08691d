import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { describe, test } from 'node:test';
import { formatSchema, PUBLISHED, SCHEMA_FOLDER } from '../../.scripts/schemas.ts';
import { COMMANDS } from '../../plugin/commands.ts';
import { readFromRoot } from './tracked-files.ts';

describe('the published schemas', () => {
  for (const [kind, schema] of Object.entries(PUBLISHED)) {
    test(`${kind} is as the plugin has it; else run: npm run schemas`, async () => {
      assert.equal(await readFromRoot(`${SCHEMA_FOLDER}/${kind}.json`), formatSchema(schema));
    });
  }

  test('are all that is there', () => {
    const files = globSync(`${SCHEMA_FOLDER}/*.json`).map((file) => file.replace(/^.*\/|\.json$/g, ''));
    assert.deepEqual(files.toSorted(), Object.keys(PUBLISHED).toSorted());
  });

  test('have one for the document of each command', async () => {
    for (const { name, load } of COMMANDS) {
      const { documentKind } = await load();
      assert.ok(documentKind in PUBLISHED, `${name}: ${documentKind}`);
    }
  });
});
