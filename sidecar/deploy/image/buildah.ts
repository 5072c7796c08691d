import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from '../../../.scripts/run-tool.ts';

/** buildah with images and containers of its own, which go with it. */
export interface Buildah extends AsyncDisposable {
  /** What it prints, without the blanks around it. @throws Error with the end of its complaint */
  run(...args: string[]): Promise<string>;
}

export async function openBuildah(): Promise<Buildah> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-buildah-'));
  const storage = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run')];
  const run = async (...args: string[]) => (await runTool('buildah', [...storage, ...args])).trim();
  return {
    run,
    async [Symbol.asyncDispose]() {
      // by buildah first: what lies there does not all belong to who builds, unless that is root
      try {
        await run('rm', '--all');
        await run('rmi', '--all', '--force');
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
