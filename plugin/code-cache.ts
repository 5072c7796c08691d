import { existsSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

type Environment = Readonly<Record<string, string | undefined>>;

/** A program in one file, and where the code is kept that V8 made of it. */
export interface ProgramFile {
  /** What it is called in a stack. */
  readonly file: string;
  /** ASCII, as esbuild writes it: so it is read as latin1, without decoding, and V8 keeps one byte of each character. */
  readonly source: string;
  /** Tells its source from any other: V8 itself compares the length alone. */
  readonly digest: string;
  /** Undefined where nothing is kept. */
  readonly keptIn: string | undefined;
  /** What `require` is to it. */
  readonly require: (id: string) => unknown;
}

/** What a CommonJS file exports, and what is called at the end of the run to keep its code. */
export interface LoadedProgram<T> {
  readonly exports: T;
  /** Writes the code down unless what is kept was good. Never throws: it is of no use but speed. */
  keep(): void;
}

/** A CommonJS file as Node wraps it, less what no bundle asks for. */
type Wrapper = (exports: object, require: ProgramFile['require'], module: object, filename: string) => void;

/** Before the code: what it was made of and by, and its mark; ASCII, padded with spaces. */
const HEAD_BYTES = 128;

/** One word of each so many bytes is looked at: what a power cut leaves of a file lacks whole blocks. */
const STRIDE_BYTES = 512;

/**
 * Where the code for `command` is kept: beside kubectl's own cache, only in a folder of the user's own, since whoever can
 * write to it could run code as the user. Apart for each command, since what is kept is what a run used. Undefined where
 * there is no such folder, or NODE_DISABLE_COMPILE_CACHE is set, which is how Node is told the same.
 */
export function codeFolder(env: Environment): string | undefined {
  const home = env['HOME'] || env['USERPROFILE'];
  if (!home || env['NODE_DISABLE_COMPILE_CACHE'] || !existsSync(join(home, '.kube'))) return undefined;
  return join(home, '.kube', 'cache', 'compass', 'code');
}

/** The file in it for a command line that begins with `command`. */
export function codeFile(folder: string, command = ''): string {
  return join(folder, /^[a-z_]+$/.test(command) ? command : 'other');
}

/**
 * Runs a program's file with the code that was kept of its last run. Node's own compile cache keeps a file as it was right
 * after it was read, without the functions that ran later, and checks all of it: this takes a sixth of the time off a
 * start.
 */
export function loadProgram<T>({ file, source, digest, keptIn, require }: ProgramFile): LoadedProgram<T> {
  const { version, arch, platform } = process;
  const head = [digest, version, arch, platform].join(' ');
  const cachedData = keptIn === undefined ? undefined : readKept(keptIn, head);
  const text = `(function (exports, require, module, __filename) {${source}\n})`;
  const script = new Script(text, { filename: file, ...(cachedData ? { cachedData } : {}) });
  const module = { exports: {} };
  const run = script.runInThisContext() as Wrapper;
  run(module.exports, require, module, file);
  return {
    exports: module.exports as T,
    keep() {
      if (keptIn === undefined || (cachedData && !script.cachedDataRejected)) return;
      writeKept(keptIn, head, script.createCachedData());
    },
  };
}

function readKept(path: string, head: string): Buffer | undefined {
  try {
    const kept = readFileSync(path);
    const code = kept.subarray(HEAD_BYTES);
    return kept.toString('latin1', 0, HEAD_BYTES) === headOf(head, code) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Whole or not at all, also for who reads it meanwhile. */
function writeKept(path: string, head: string, code: Buffer): void {
  const fresh = `${path}.${process.pid}`;
  const isKept = attempt(() => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(fresh, Buffer.concat([Buffer.from(headOf(head, code), 'latin1'), code]), {
      mode: 0o600,
      flush: true,
    });
    renameSync(fresh, path);
  });
  if (!isKept) attempt(() => unlinkSync(fresh));
}

/** Whether it could be done: a full disk, a folder of somebody else's, a read-only file system are no reason to fail. */
function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

function headOf(head: string, code: Buffer): string {
  let mark = code.length;
  for (let at = 0; at + 4 <= code.length; at += STRIDE_BYTES) mark = (mark * 31 + (code[at] ?? 0)) % 0x1_0000_0000;
  return `${head} ${code.length} ${mark}`.padEnd(HEAD_BYTES);
}
