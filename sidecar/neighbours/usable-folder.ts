import { mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CompassError } from '#common/errors.ts';

/** Of tmpfs and ramfs, as statfs(2) has them. */
const IN_MEMORY: readonly number[] = [0x01_02_19_94, 0x85_84_58_f6];

/** What passes by itself: a volume that is full is told about while it lasts. */
const PASSING: readonly unknown[] = ['ENOSPC', 'EDQUOT'];

/** Throws InvalidSetting, and says why, where the folder is not there, or nothing can be written to it. */
export function requireUsableFolder(path: string): void {
  try {
    const isFolder = statSync(path).isDirectory();
    if (!isFolder) throw unusable(path, 'it is no folder', 'mount a volume in memory there');
    rmSync(mkdtempSync(join(path, '..try.')), { recursive: true, force: true });
  } catch (error) {
    if (error instanceof CompassError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (!PASSING.includes(code)) throw unusable(path, ...explain(code));
  }
}

/** Whether keys in it stay off any disk; undefined where the system does not say. */
export function isInMemory(path: string): boolean | undefined {
  if (process.platform !== 'linux') return undefined;
  // The type is of 32 bits, and comes with a sign.
  return IN_MEMORY.includes(statfsSync(path).type >>> 0);
}

function explain(code: string | undefined): [why: string, what: string] {
  if (code === 'ENOENT') return ['there is no such folder', 'mount a volume in memory there'];
  if (code === 'ENOTDIR') return ['a part of it is no folder', 'mount a volume in memory there'];
  if (code === 'EROFS') return ['it is read-only', 'mount it without readOnly for this container'];
  if (code === 'EACCES' || code === 'EPERM')
    return [
      `this user (${process.getuid?.() ?? 'unknown'}) may not write to it`,
      'give the Pod an fsGroup, so that its volumes belong to a group of all its containers',
    ];
  return [`it cannot be written to (${code ?? 'unknown'})`, 'mount a volume in memory there'];
}

function unusable(path: string, why: string, what: string): CompassError {
  return new CompassError(
    'InvalidSetting',
    `APP_CREDENTIALS_FOLDER is ${JSON.stringify(path)}, allowed: a folder that can be written to; ${why}: ${what}`,
  );
}
