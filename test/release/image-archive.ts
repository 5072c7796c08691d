import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { runTool } from '../../.scripts/run-tool.ts';
import { type LaidOutImage, readLayout } from '../../sidecar/deploy/image/oci-layout.ts';

/** What an OCI archive holds, unpacked for the time of a test. */
export async function readImage(t: TestContext, archive: string): Promise<LaidOutImage> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-oci-'));
  t.after(() => rm(folder, { recursive: true }));
  await runTool('tar', ['-xf', archive, '-C', folder]);
  return readLayout(folder);
}

/** The paths of all files and folders in an image's layers, without the leading slash; folders end with one. */
export async function pathsIn({ layerFiles }: LaidOutImage): Promise<readonly string[]> {
  const lists = await Promise.all(layerFiles.map((layer) => runTool('tar', ['-tzf', layer])));
  const paths = lists.flatMap((list) => list.trim().split('\n'));
  return [...new Set(paths)].toSorted();
}
