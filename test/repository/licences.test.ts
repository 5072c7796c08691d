import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildProgram } from '../../.scripts/build.ts';
import { bundledPackages } from '../../.scripts/bundled-packages.ts';
import { carriedNode } from '../../.scripts/carried-node.ts';
import { licensedWork, thirdPartyLicences } from '../../.scripts/licences.ts';

const folder = await mkdtemp(join(tmpdir(), 'compass-licences-'));
after(() => rm(folder, { recursive: true }));

const metafiles = [await buildProgram('plugin', folder), await buildProgram('sidecar', folder)];

async function packageWith(licence: string | undefined, files: Readonly<Record<string, string>>) {
  const place = await mkdtemp(join(folder, 'package-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(place, name), text);
  return { name: 'left-pad', version: '1.2.3', licence, place: 'node_modules/left-pad', folder: place };
}

test('every package with code in a bundle is found, each version of it, and none without', async () => {
  const found = (await bundledPackages(metafiles)).map(({ name, version }) => `${name}@${version.split('.')[0]}`);
  for (const name of ['@kubernetes/client-node@2', 'graphql-request@7', 'tslib@1', 'tslib@2', 'yargs@18']) {
    assert.ok(found.includes(name), name);
  }
  // read by esbuild, and found unused
  assert.ok(metafiles.some(({ inputs }) => Object.keys(inputs).some((path) => path.startsWith('node_modules/jose/'))));
  assert.ok(!found.some((name) => name.startsWith('jose@')));
});

test('the third-party licences have the text of each package, and of Node.js where that is carried', async () => {
  const text = await thirdPartyLicences(metafiles, [await carriedNode()]);
  for (const { name, version, licence } of await bundledPackages(metafiles)) {
    assert.equal(text.split(`\n${name} ${version} (${licence})\n`).length, 2, name);
  }
  assert.match(text, /\n=+\nNode\.js 26\.\d+\.\d+ \(MIT\)\n=+\n\nNode\.js is licensed for use as follows:/);
  assert.match(text, /\njs-yaml [\d.]+ \(MIT\)\n=+\n\n.*\n*Copyright \(C\) 2011-2015 by Vitaly Puzrin/);
  assert.match(text, /\nreflect-metadata [\d.]+ [\s\S]*Copyright \(c\) Microsoft Corporation/);
  assert.doesNotMatch(text, /\r|[ \t]\n/);
  assert.equal(await thirdPartyLicences(metafiles.toReversed(), [await carriedNode()]), text);
});

test('a package without a licence, without its text, or with one that nobody agreed to stops the build', async () => {
  const whole = await packageWith('MIT', { LICENSE: 'Permission is hereby granted\r\n', 'notice.txt': 'By somebody.' });
  assert.equal((await licensedWork(whole)).text, 'Permission is hereby granted\n\nBy somebody.');
  await assert.rejects(
    packageWith(undefined, { LICENSE: 'x' }).then(licensedWork),
    /left-pad 1\.2\.3, .*names no licence/,
  );
  await assert.rejects(packageWith('MIT', { 'index.js': '' }).then(licensedWork), /no text of its licence \(MIT\)/);
  await assert.rejects(packageWith('GPL-3.0-only', { LICENSE: 'x' }).then(licensedWork), /is under GPL-3\.0-only/);
});
