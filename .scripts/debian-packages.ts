import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from './run-tool.ts';

/** As Debian and OCI images call them. */
export type Architecture = 'amd64' | 'arm64';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Debian 12 with its security updates: what distroless' images named …-debian12 are made of, too. */
const SOURCES = [
  ['http://deb.debian.org/debian', 'bookworm'],
  ['http://deb.debian.org/debian-security', 'bookworm-security'],
].map(([url, suite]) => `deb [signed-by=${KEYRING}] ${url} ${suite} main\n`);

/** A package of Debian's, unpacked. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** Its control file, as the database of dpkg has it. */
  readonly control: string;
  /** Holds its files, at the paths that they are installed to. */
  readonly folder: string;
}

/**
 * Downloads the newest of these packages, without what they depend on, and unpacks each in a folder of its own below `target`.
 * Neither the machine's own packages nor its sources of packages matter, nor does its architecture; apt checks Debian's
 * signature. It needs apt, dpkg and the package debian-archive-keyring, but not to be root.
 */
export async function debianPackages(
  architecture: Architecture,
  names: readonly string[],
  target: string,
): Promise<DebianPackage[]> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-debian-'));
  try {
    const options = await aptOptions(folder, architecture);
    await runTool('apt-get', [...options, '-q', 'update']);
    await runTool('apt-get', [...options, '-q', 'download', ...names], { cwd: folder });
    const archives = (await readdir(folder)).filter((name) => name.endsWith('.deb')).toSorted();
    return await Promise.all(archives.map((archive) => unpack(join(folder, archive), target)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A configuration in which apt knows nothing of the machine. */
async function aptOptions(folder: string, architecture: Architecture): Promise<string[]> {
  for (const name of ['state/lists/partial', 'cache/archives/partial', 'etc'])
    await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'etc/sources.list'), SOURCES.join(''));
  const settings = {
    'Dir::State': join(folder, 'state'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(folder, 'cache'),
    'Dir::Etc::sourcelist': join(folder, 'etc/sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::Etc::preferences': '-',
    'Dir::Etc::preferencesparts': '-',
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    // root downloads as itself: the user that it would become may not write here
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

async function unpack(archive: string, target: string): Promise<DebianPackage> {
  const field = (...names: string[]) => runTool('dpkg-deb', ['--field', archive, ...names]);
  const name = (await field('Package')).trim();
  const version = (await field('Version')).trim();
  const folder = join(target, name);
  await mkdir(folder, { recursive: true });
  await runTool('dpkg-deb', ['--extract', archive, folder]);
  return { name, version, control: await field(), folder };
}
