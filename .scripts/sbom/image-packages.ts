import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLayout } from '../../sidecar/deploy/image/oci-layout.ts';
import { runTool } from '../run-tool.ts';

/** A package of Debian's that an image has. */
export interface ImagePackage {
  readonly name: string;
  readonly version: string;
  /** As Debian calls it: `amd64`, `all`. */
  readonly architecture: string;
}

/** Where images without dpkg say what they are made of, one file a package, as distroless does. */
const STATUS = 'var/lib/dpkg/status.d';

/** What an image in an OCI archive says that it has of Debian, in the order of its layers. It needs tar. */
export async function imagePackages(archive: string): Promise<ImagePackage[]> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-sbom-'));
  try {
    await runTool('tar', ['-xf', archive, '-C', folder]);
    const { layerFiles } = await readLayout(folder);
    const found = await Promise.all(layerFiles.map(packagesOfLayer));
    return found.flat();
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function packagesOfLayer(layer: string): Promise<ImagePackage[]> {
  const names = (await runTool('tar', ['-tzf', layer])).split('\n');
  const status = names.filter(
    (name) => name.includes(`${STATUS}/`) && !name.endsWith('/') && !name.endsWith('.md5sums'),
  );
  return Promise.all(status.map(async (name) => packageOf(await runTool('tar', ['-xzOf', layer, name]), name)));
}

function packageOf(control: string, file: string): ImagePackage {
  const field = (name: string) => new RegExp(`^${name}: *(.+)$`, 'm').exec(control)?.[1]?.trim();
  const [name, version, architecture] = [field('Package'), field('Version'), field('Architecture')];
  if (!name || !version || !architecture)
    throw new Error(`${file} in the image names no package, version and architecture`);
  return { name, version, architecture };
}
