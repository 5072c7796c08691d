import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';

/** What is loaded when a file is: the modules that it imports by a statement, and theirs. */
async function loadedWith(file: URL, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(file.href)) return seen;
  seen.add(file.href);
  const source = await readFile(file, 'utf8');
  const statements = source.matchAll(/^(?:import|export) (?!type )(?:[^;]*? from )?'([^']+)';/gms);
  for (const [, specifier = ''] of statements) {
    if (/^(?:\.|#common\/)/.test(specifier)) await loadedWith(resolve(specifier, file), seen);
    else seen.add(specifier);
  }
  return seen;
}

function resolve(specifier: string, from: URL): URL {
  if (!specifier.startsWith('#common/')) return new URL(specifier, from);
  return new URL(`../../common/${specifier.slice('#common/'.length)}`, import.meta.url);
}

function plugin(path: string): URL {
  return new URL(`../../plugin/${path}`, import.meta.url);
}

/** What costs time to load, and only a command that talks to a cluster or to Compass or prints YAML may pay for. */
const HEAVY = ['/common/cluster/connect.ts', 'js-yaml', '@kubernetes/client-node', 'graphql-request', '@peculiar/x509'];

test('neither main nor a command loads the way to a cluster before it is used', async () => {
  const commands = (await readdir(plugin('commands'))).map((name) => `commands/${name}`);
  for (const path of ['main.ts', 'program.ts', 'completion/complete.ts', ...commands]) {
    const loaded = [...(await loadedWith(plugin(path)))];
    assert.deepEqual(
      loaded.filter((module) => HEAVY.some((heavy) => module.endsWith(heavy))),
      [],
      path,
    );
  }
});

test('neither help nor completion loads a parser of flags, which none of them needs', async () => {
  for (const path of ['program.ts', 'completion/complete.ts']) {
    assert.equal((await loadedWith(plugin(path))).has('yargs/helpers'), false, path);
  }
  assert.ok((await loadedWith(plugin('read-flags.ts'))).has('yargs/helpers'));
});

test('this test sees what is loaded', async () => {
  const loaded = [...(await loadedWith(plugin('kubeconfig/connect.ts')))];
  assert.ok(loaded.some((module) => module.endsWith('/common/cluster/connect.ts')));
  assert.ok((await loadedWith(plugin('output/yaml.ts'))).has('js-yaml'));
});
