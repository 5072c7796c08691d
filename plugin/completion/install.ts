import { chmodSync, lstatSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { CompassError } from '#common/errors.ts';
import { makeFolder } from '../make-folder.ts';
import { KUBECTL_ON_WINDOWS, SCRIPTS, SHIM_MARK } from './scripts.ts';

/** What is to be done, or was. */
export interface Installation {
  readonly path: string;
  /** `unchanged` where it is there already, `replaced` where another version of it was. */
  readonly action: 'created' | 'replaced' | 'unchanged';
  /** Whether kubectl will find it: it looks on the PATH. */
  readonly isOnPath: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface InstallOptions {
  readonly env: Environment;
  readonly platform: string;
  /** Where it was said to go. */
  readonly folder: string | undefined;
  readonly dryRun: boolean;
}

/**
 * Puts `kubectl_complete-compass` where kubectl finds it: in the folder that was said, else beside the kubectl-compass on
 * the PATH, else where krew links its plugins. Throws InvalidSetting where there is no such folder or it cannot be
 * written, ConfirmationRequired where a file of somebody else's has the name.
 */
export function installCompletion({ env, platform, folder, dryRun }: InstallOptions): Installation {
  const target = folder === undefined ? findFolder(env, platform) : resolve(folder);
  const onWindows = platform === 'win32';
  const path = join(target, `kubectl_complete-compass${onWindows ? '.cmd' : ''}`);
  const wanted = onWindows ? KUBECTL_ON_WINDOWS : SCRIPTS.kubectl;
  const action = actionAt(path, wanted);
  if (action !== 'unchanged' && !dryRun) write(target, path, wanted);
  return { path, action, isOnPath: foldersOf(env).some((entry) => resolve(entry) === target) };
}

function foldersOf(env: Environment): string[] {
  return (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((entry) => entry !== '');
}

function findFolder(env: Environment, platform: string): string {
  const names =
    platform === 'win32' ? ['.exe', '.cmd', '.bat'].map((end) => `kubectl-compass${end}`) : ['kubectl-compass'];
  const beside = foldersOf(env).find((entry) => names.some((name) => isFile(join(entry, name))));
  if (beside !== undefined) return resolve(beside);
  const home = env['HOME'] || env['USERPROFILE'];
  const krew = env['KREW_ROOT'] || (home && join(home, '.krew'));
  if (krew && isFolder(join(krew, 'bin'))) return join(krew, 'bin');
  throw new CompassError(
    'InvalidSetting',
    'kubectl-compass is not on the PATH, and there is no krew: say where it goes by --dir, a folder on the PATH',
  );
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function actionAt(path: string, wanted: string): Installation['action'] {
  const there = lookAt(path);
  if (!there) return 'created';
  const text = isFile(path) ? readFileSync(path, 'utf8') : '';
  if (text === wanted && there.isFile()) return (there.mode & 0o111) === 0 ? 'replaced' : 'unchanged';
  if (text.includes(SHIM_MARK)) return 'replaced';
  throw new CompassError(
    'ConfirmationRequired',
    `${path} is there already, and is not ours: remove it first, or choose another folder by --dir`,
    { next: `look into ${path}` },
  );
}

function lookAt(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw unwritable(path, error);
  }
}

function write(folder: string, path: string, text: string): void {
  try {
    makeFolder(folder);
    // Not through a link: what it leads to may be somebody else's.
    rmSync(path, { force: true });
    writeFileSync(path, text);
    chmodSync(path, 0o755);
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): CompassError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  const next = 'kubectl compass completion install --help';
  const message = `cannot write ${path}: ${code}; choose another folder by --dir`;
  return new CompassError('InvalidSetting', message, { cause: error, next });
}
