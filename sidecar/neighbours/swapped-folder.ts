import {
  chmodSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** Contents by the names of the files. */
export type Files = Readonly<Record<string, string>>;

/** The names that the kubelet gives (its atomic writer), which programs that watch a projected volume know. */
const DATA = '..data';
const DRAFT = '..data_tmp';
const OWN = '..';

/**
 * A folder whose files are always of one set, swapped as the kubelet swaps a projected volume: each set lies in a folder of
 * its own, `..data` is a link to the present one, and `tls.crt` one to `..data/tls.crt`. One rename takes all readers from
 * one set to the next; who reads several files and resolves `..data` once reads them of one. What is written is flushed first.
 *
 * Everything here is done at once: it is small, and in memory. Throws what the system says.
 */
export class SwappedFolder {
  readonly #path: string;
  readonly #fileMode: number;

  constructor(path: string, fileMode: number) {
    this.#path = path;
    this.#fileMode = fileMode;
  }

  /** The present set; undefined where there is none, or it cannot be read, or is not as it should be to others. */
  read(names: readonly string[]): Files | undefined {
    try {
      return Object.fromEntries(names.map((name) => [name, this.#readWhole(name)]));
    } catch {
      return undefined;
    }
  }

  #readWhole(name: string): string {
    const path = join(this.#path, name);
    if (readlinkSync(path) !== join(DATA, name)) throw new Error(`${name} is not the link that it should be`);
    if ((statSync(path).mode & 0o777) !== this.#fileMode) throw new Error(`${name} has another mode`);
    return readFileSync(path, 'utf8');
  }

  /** Takes the place of what was there. Where it throws, that is still there, whole. The sets before stay until `tidy`. */
  put(files: Files): void {
    const set = this.#writeSet(files);
    try {
      this.#link(set);
    } catch (error) {
      rmSync(join(this.#path, set), { recursive: true, force: true });
      throw error;
    }
    for (const name of Object.keys(files)) this.#expose(name);
    flush(this.#path);
  }

  /** Removes what no link leads to: sets before the present one, and what a process left that died. How much it was. */
  tidy(): number {
    const present = this.#present();
    const left = readdirSync(this.#path).filter((name) => name.startsWith(OWN) && name !== DATA && name !== present);
    for (const name of left) rmSync(join(this.#path, name), { recursive: true, force: true });
    return left.length;
  }

  #present(): string | undefined {
    try {
      return readlinkSync(join(this.#path, DATA));
    } catch {
      return undefined;
    }
  }

  #writeSet(files: Files): string {
    const time = new Date().toISOString().slice(0, 19).replace(/[-T:]/g, '_');
    const folder = mkdtempSync(join(this.#path, `${OWN}${time}.`));
    try {
      for (const [name, content] of Object.entries(files)) writeDurably(join(folder, name), content, this.#fileMode);
      // Last, since the bit by which files get the group of the volume goes with it.
      chmodSync(folder, folderMode(this.#fileMode));
      flush(folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    return folder.slice(this.#path.length).replace(/^\/+/, '');
  }

  #link(set: string): void {
    const draft = join(this.#path, DRAFT);
    rmSync(draft, { force: true });
    symlinkSync(set, draft);
    renameSync(draft, join(this.#path, DATA));
  }

  /** The name that readers open, put in place of a file of that name that is no link. */
  #expose(name: string): void {
    const path = join(this.#path, name);
    const target = join(DATA, name);
    if (linkOf(path) === target) return;
    const draft = join(this.#path, `${OWN}${name}_tmp`);
    rmSync(draft, { force: true });
    symlinkSync(target, draft);
    renameSync(draft, path);
  }
}

function linkOf(path: string): string | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isSymbolicLink() ? readlinkSync(path) : undefined;
}

/** Whoever may read the files may go to them, and the owner may remove them. */
function folderMode(fileMode: number): number {
  return 0o700 | (fileMode & 0o444) | ((fileMode & 0o444) >> 2);
}

function writeDurably(path: string, content: string, mode: number): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    const bytes = Buffer.from(content);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    // Whatever the mask of the process says.
    fchmodSync(file, mode);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** What is in a folder is durable once the folder is. */
function flush(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
