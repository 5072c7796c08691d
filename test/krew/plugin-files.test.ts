import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { pluginFiles } from '../../krew/plugin-files.ts';
import { preparePlugin } from '../../krew/single-executable.ts';
import { builtPlugin } from '../plugin/built-plugin.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('of the built plugin, what runs goes into an archive, and nothing else', async () => {
  const names = [...(await pluginFiles(dirname(await builtPlugin()))).keys()];
  for (const name of ['main.js', 'program.js', 'package.json', 'libraries/yargs.cjs'])
    assert.ok(names.includes(name), name);
  assert.deepEqual(
    names.filter((name) => /\.(?:map|txt)$/.test(name)),
    [],
  );
});

test('an executable has all that runs in it, and nothing that only one byte a character cannot hold', async (t) => {
  const folder = await temporaryFolder(t);
  const files = await pluginFiles(dirname(await builtPlugin()));
  const { assets } = (await preparePlugin(files, folder)) as { assets: Record<string, string> };
  assert.deepEqual(
    Object.keys(assets),
    [...files.keys()].filter((name) => !/^(?:main\.js|package\.json)$/.test(name)),
  );
  const other = new Map([['libraries/other.cjs', Buffer.from('exports.name = "Käse";')]]);
  await assert.rejects(preparePlugin(other, folder), /libraries\/other\.cjs is not ASCII/);
});
