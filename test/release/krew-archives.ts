import { hash } from 'node:crypto';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { parse } from 'yaml';
import { runTool } from '../../.scripts/run-tool.ts';
import { findArtefact } from './artefacts.ts';

interface ManifestPlatform {
  readonly selector: { readonly matchLabels: { readonly os: string; readonly arch: string } };
  readonly uri: string;
  readonly sha256: string;
  readonly bin: string;
}

interface Manifest {
  readonly spec: { readonly version: string; readonly platforms: readonly ManifestPlatform[] };
}

export async function readManifest(): Promise<Manifest> {
  return parse(await readFile(findArtefact('krew/compass.yaml'), 'utf8')) as Manifest;
}

/** What is installed: where krew's programs lie, and the plugin's own folder. */
export interface Installed {
  readonly bin: string;
  readonly store: string;
}

/**
 * Installs the plugin below `root` (KREW_ROOT, otherwise ~/.krew) as krew does: compares the archive with the manifest's
 * sum, unpacks it into `store/compass/<version>`, and links the one `bin` by a relative path.
 */
export async function installAsKrew(root: string, os: string, arch: string): Promise<Installed> {
  const { spec } = await readManifest();
  const platform = spec.platforms.find(
    ({ selector: { matchLabels } }) => matchLabels.os === os && matchLabels.arch === arch,
  );
  if (!platform) throw new Error(`the manifest has nothing for ${os}/${arch}`);
  const archive = findArtefact(`krew/${basename(platform.uri)}`);
  const sum = hash('sha256', await readFile(archive));
  if (sum !== platform.sha256) throw new Error(`${archive} has the sum ${sum}, and not that of the manifest`);
  const [bin, store] = [join(root, 'bin'), join(root, 'store/compass', spec.version)];
  await Promise.all([bin, store].map((folder) => mkdir(folder, { recursive: true })));
  await unpack(archive, store);
  await symlink(
    relative(bin, join(store, platform.bin)),
    join(bin, os === 'windows' ? 'kubectl-compass.exe' : 'kubectl-compass'),
  );
  return { bin, store };
}

/** Unpacks an archive, by its path. */
export async function unpack(archive: string, folder: string): Promise<void> {
  const isZip = archive.endsWith('.zip');
  await (isZip ? runTool('unzip', ['-q', archive, '-d', folder]) : runTool('tar', ['-xzf', archive, '-C', folder]));
}
