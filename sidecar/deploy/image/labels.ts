import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '#common/version.ts';
import { ROOT } from '../../../.scripts/build.ts';
import { runTool } from '../../../.scripts/run-tool.ts';

/**
 * The labels that are not the same in every image, beside those of the Dockerfile (OCI image-spec, "Annotations"): the version;
 * the commit where there is one, with `-modified` where the files are not all as committed; and where the sources are, as told, or
 * as a workflow of GitHub says.
 */
export async function imageLabels(source = sourceOfWorkflow()): Promise<Readonly<Record<string, string>>> {
  const revision = await currentRevision();
  return {
    'org.opencontainers.image.version': VERSION,
    ...(revision && { 'org.opencontainers.image.revision': revision }),
    ...(source && { 'org.opencontainers.image.source': source }),
  };
}

/** Of the repository that a workflow runs for (GitHub's documentation, "Variables reference"). */
function sourceOfWorkflow(): string | undefined {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env;
  return GITHUB_SERVER_URL && GITHUB_REPOSITORY ? `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}` : undefined;
}

async function currentRevision(): Promise<string | undefined> {
  // a copy without its history may lie in somebody else's repository
  if (!existsSync(join(ROOT, '.git'))) return undefined;
  const git = (...args: string[]) => runTool('git', ['-C', ROOT, ...args]);
  const commit = (await git('rev-parse', 'HEAD')).trim();
  const changes = await git('status', '--porcelain', '--untracked-files=no');
  return changes === '' ? commit : `${commit}-modified`;
}
