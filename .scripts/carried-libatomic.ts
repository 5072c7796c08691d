import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { type Architecture, debianPackages } from './debian-packages.ts';
import type { LicensedWork } from './licences.ts';

/** The library that Node links against, and that Debian's, Ubuntu's and distroless' images lack. */
export interface Libatomic {
  /** The file that is to be found as libatomic.so.1. */
  readonly path: string;
  readonly work: LicensedWork;
  /** What dpkg's database says of its package. */
  readonly control: string;
}

const FOLDERS: Readonly<Record<Architecture, string>> = { amd64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

/** Debian's libatomic for an architecture, unpacked below `target`, with its licence and the exception that lets it be linked to. */
export async function carriedLibatomic(architecture: Architecture, target: string): Promise<Libatomic> {
  const packages = await debianPackages(architecture, ['libatomic1', 'gcc-12-base', 'base-files'], target);
  const { version = '', control = '' } = packages.find(({ name }) => name === 'libatomic1') ?? {};
  const read = (path: string) => readFile(join(target, path), 'utf8');
  const copyright = await read('gcc-12-base/usr/share/doc/gcc-12-base/copyright');
  const licence = await read('base-files/usr/share/common-licenses/GPL-3');
  return {
    control,
    path: await realpath(join(target, 'libatomic1/usr/lib', FOLDERS[architecture], 'libatomic.so.1')),
    work: {
      name: 'libatomic (GCC, by Debian)',
      version,
      licence: 'GPL-3.0-or-later WITH GCC-exception-3.1',
      text: [sourceOf(version), copyright, licence].join('\n'),
    },
  };
}

/** Where the source is of what is handed on as a binary, which the GPL asks for. */
function sourceOf(version: string): string {
  return `libatomic.so.1 is that of Debian 12, unchanged. Its source is Debian's package gcc-12 ${version}:
https://snapshot.debian.org/package/gcc-12/${version}/ and https://packages.debian.org/source/bookworm/gcc-12
`;
}
