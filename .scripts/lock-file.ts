import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './build.ts';

/** An entry of package-lock.json: what npm installs at a place such as `node_modules/tsyringe/node_modules/tslib`. */
export interface LockEntry {
  readonly version?: string;
  /** Where it was fetched from, if not by its name from the registry. */
  readonly resolved?: string;
  /** Of the tarball: `sha512-` and Base64. */
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  /** Of the repository itself only. */
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** By places; the repository itself is at the empty one. */
export type Lock = ReadonlyMap<string, LockEntry>;

/** package-lock.json of this repository. */
export async function readLock(): Promise<Lock> {
  const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockEntry>>;
  };
  return new Map(Object.entries(packages));
}

/** Of a package, whatever folder of another one it lies in. */
export function nameAt(place: string): string {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** Where Node finds what the package at a place depends on: in its own folder, else in those around it. */
export function dependenciesOf(lock: Lock, place: string): string[] {
  const { dependencies, optionalDependencies, peerDependencies, devDependencies } = lock.get(place) ?? {};
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies, ...devDependencies });
  return names.flatMap((name) => {
    for (let folder = place; ; folder = outer(folder)) {
      const found = [folder, 'node_modules', name].filter((part) => part !== '').join('/');
      if (lock.has(found)) return [found];
      // an optional one, or a peer, that is not installed
      if (folder === '') return [];
    }
  });
}

function outer(place: string): string {
  return place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/')));
}
