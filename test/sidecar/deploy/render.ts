import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadAll } from 'js-yaml';
import type { KubeObject } from '#common/cluster/objects.ts';

/** `sidecar/deploy`, as a path. */
export const DEPLOY_FOLDER = fileURLToPath(new URL('../../../sidecar/deploy', import.meta.url));

/** What `kubectl kustomize` makes of a folder. */
export async function renderKustomization(folder: string = DEPLOY_FOLDER): Promise<readonly KubeObject[]> {
  const { stdout } = await promisify(execFile)('kubectl', ['kustomize', folder]);
  return loadAll(stdout) as KubeObject[];
}
