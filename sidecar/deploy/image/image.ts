import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Architecture } from '../../../.scripts/debian-packages.ts';
import { runTool } from '../../../.scripts/run-tool.ts';
import { layBase } from './base.ts';
import { type Buildah, openBuildah } from './buildah.ts';
import { layFiles } from './files.ts';
import { type LaidOutImage, readLayout } from './oci-layout.ts';

/** What building needs of the machine, beside npm. */
export const TOOLS: readonly string[] = ['apt-get', 'buildah', 'dpkg-deb', 'llvm-strip', 'tar'];

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** Nothing in an image tells when it was built, so that who builds it again gets the same. */
const SAME_FOR_ALL = ['--timestamp', '0', '--identity-label=false'];

export interface ImageOptions {
  readonly architecture: Architecture;
  /** What it is called in the archive, such as `compass-sidecar:0.1.0`. */
  readonly name: string;
  /** The file of the OCI archive. */
  readonly target: string;
  readonly labels: Readonly<Record<string, string>>;
  /** As buildah names images: `registry/name:tag@digest`, `oci-archive:FILE`. Unless said, one that is made of Debian's packages. */
  readonly base?: string | undefined;
}

/**
 * Builds the image of the Dockerfile's last stage into an OCI archive. No daemon and no image of the machine is involved, nor a
 * registry unless the base is in one, and nothing stays but the archive. Two builds give the same bytes.
 */
export async function buildImage({ architecture, name, target, labels, base }: ImageOptions): Promise<LaidOutImage> {
  const work = await mkdtemp(join(tmpdir(), 'compass-image-'));
  try {
    await using buildah = await openBuildah();
    await layFiles(architecture, join(work, 'files'));
    const from = base ?? (await commitBase(buildah, architecture, join(work, 'base')));
    await buildah.run(
      ...['build', '--layers', ...SAME_FOR_ALL, '--platform', `linux/${architecture}`],
      ...['--build-arg', `BASE=${from}`, '--build-context', `files=${work}`],
      ...Object.entries(labels).flatMap(([label, value]) => ['--label', `${label}=${value}`]),
      ...['--file', join(FOLDER, 'Dockerfile'), '--tag', name, FOLDER],
    );
    const layout = join(work, 'layout');
    await buildah.run(
      'push',
      '--compression-format',
      'gzip',
      '--compression-level',
      '9',
      name,
      `oci:${layout}:${name}`,
    );
    await archive(layout, target);
    return await readLayout(layout);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function commitBase(buildah: Buildah, architecture: Architecture, folder: string): Promise<string> {
  await layBase(architecture, folder);
  const name = `localhost/debian-12-cc:${architecture}`;
  const container = await buildah.run('from', 'scratch');
  await buildah.run('add', container, folder, '/');
  await buildah.run('config', '--os', 'linux', '--arch', architecture, container);
  await buildah.run('commit', '--rm', ...SAME_FOR_ALL, container, name);
  return name;
}

/** A tar archive with nothing in it of the time, the order and the user that it was written in. */
async function archive(layout: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=a=rX,u+w'];
  await runTool('tar', [...same, '--format=ustar', '-cf', target, '-C', layout, 'blobs', 'index.json', 'oci-layout']);
}
