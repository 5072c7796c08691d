import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import { type Release, renderManifest } from '../../krew/manifest.ts';
import { archiveName, PLATFORMS } from '../../krew/platforms.ts';
import { krewFindings } from './krew-rules.ts';

const TEMPLATE = await readFile(new URL('../../krew/compass.yaml', import.meta.url), 'utf8');

function release(sha256: string): Release {
  const archives = PLATFORMS.map((platform) => {
    const uri = `https://releases.example/v1.2.3/${archiveName('1.2.3', platform)}`;
    return { platform, uri, sha256 };
  });
  return { version: '1.2.3', homepage: 'https://compass.example', archives };
}

const RENDERED = renderManifest(TEMPLATE, release('ab'.repeat(32)));

/** A YAML document, for a test to spoil. */
interface Manifest {
  kind?: string;
  metadata: { name: string };
  spec: { platforms: Record<string, unknown>[] } & Record<string, unknown>;
}

test('the manifest keeps to the rules of krew, and has an archive for each platform', () => {
  const manifest = parse(RENDERED) as Manifest;
  assert.deepEqual(krewFindings(manifest, 'compass'), []);
  assert.equal(manifest.spec['version'], 'v1.2.3');
  assert.equal(manifest.spec['homepage'], 'https://compass.example');
  assert.match(String(manifest.spec['caveats']), /kubectl compass completion install/);
  const uris = manifest.spec.platforms.map(({ uri }) => uri);
  const expected = ['linux_amd64.tar.gz', 'linux_arm64.tar.gz', 'darwin_amd64.tar.gz', 'darwin_arm64.tar.gz'];
  assert.deepEqual(
    uris,
    [...expected, 'windows_amd64.zip'].map((end) => `https://releases.example/v1.2.3/kubectl-compass_v1.2.3_${end}`),
  );
});

test('a sum of digits alone, or one that looks like a number, stays a text for any reader of YAML', () => {
  for (const sha256 of ['1'.repeat(64), `1e${'5'.repeat(62)}`, '0'.repeat(64)]) {
    const rendered = renderManifest(TEMPLATE, release(sha256));
    assert.deepEqual(krewFindings(parse(rendered), 'compass'), [], sha256);
    assert.equal(rendered.split(`sha256: "${sha256}"`).length, 1 + PLATFORMS.length);
  }
});

test('without a homepage the manifest says none', () => {
  const rendered = renderManifest(TEMPLATE, { ...release('ab'.repeat(32)), homepage: undefined });
  const { spec } = parse(rendered) as Manifest;
  assert.equal('homepage' in spec, false);
  assert.deepEqual(krewFindings(parse(rendered), 'compass'), []);
});

test('a template that asks for what there is none of is refused', () => {
  const blank = '$' + '{sha256 plan9 amd64}';
  assert.throws(() => renderManifest(`a: ${blank}`, release('')), /plan9 amd64.*no such value/);
});

const SPOILED: Readonly<Record<string, (manifest: Manifest) => unknown>> = {
  kind: (manifest) => delete manifest.kind,
  'metadata.name': (manifest) => Object.assign(manifest.metadata, { name: 'kubectl compass' }),
  version: ({ spec }) => Object.assign(spec, { version: '1.2.3' }),
  shortDescription: ({ spec }) => Object.assign(spec, { shortDescription: 'a'.repeat(51) }),
  'a spec has no field author': ({ spec }) => Object.assign(spec, { author: 'me' }),
  'linux/amd64: sha256': ({ spec }) => Object.assign(spec.platforms[0] ?? {}, { sha256: 12 }),
  'linux/amd64: bin': ({ spec }) => Object.assign(spec.platforms[0] ?? {}, { bin: '../kubectl-compass' }),
  'windows/amd64: bin': ({ spec }) => Object.assign(spec.platforms.at(-1) ?? {}, { bin: 'kubectl-compass' }),
  'linux/arm64: files': ({ spec }) => Object.assign(spec.platforms[1] ?? {}, { files: [] }),
  'two platforms for linux/amd64': ({ spec }) => spec.platforms.push({ ...spec.platforms[0] }),
  platforms: ({ spec }) => spec.platforms.splice(0),
};

for (const [finding, spoil] of Object.entries(SPOILED)) {
  test(`the rules find a manifest that is wrong about ${finding}`, () => {
    const manifest = parse(RENDERED) as Manifest;
    spoil(manifest);
    assert.deepEqual(krewFindings(manifest, 'compass'), [finding]);
  });
}
