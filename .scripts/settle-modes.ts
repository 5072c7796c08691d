import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Lets everybody read what is in a folder, and run what is to run, whatever the umask of who laid it out. */
export async function settleModes(folder: string, isProgram: (name: string) => boolean): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() || isProgram(entry.name) ? 0o755 : 0o644);
  }
}
