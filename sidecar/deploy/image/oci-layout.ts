import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

export interface ImageManifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface ImageConfig {
  readonly architecture: string;
  readonly os: string;
  readonly created: string;
  readonly config: {
    readonly User?: string;
    readonly Env?: readonly string[];
    readonly Entrypoint?: readonly string[];
    readonly Cmd?: readonly string[];
    readonly Labels?: Readonly<Record<string, string>>;
  };
  readonly rootfs: { readonly diff_ids: readonly string[] };
}

/** An image in a folder of the OCI image layout (OCI image-spec, "Image Layout"). */
export interface LaidOutImage {
  /** Of its manifest: what the image is pulled and pinned by. */
  readonly digest: string;
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  /** What a node downloads, in bytes. */
  readonly compressedBytes: number;
  /** The files of its layers, tar archives compressed by gzip, the lowest first. */
  readonly layerFiles: readonly string[];
}

/** @throws Error where the folder does not hold exactly one image */
export async function readLayout(folder: string): Promise<LaidOutImage> {
  const blob = (digest: string) => join(folder, 'blobs', digest.replace(':', '/'));
  const index = (await readJson(join(folder, 'index.json'))) as { readonly manifests: readonly Descriptor[] };
  const [found, ...others] = index.manifests;
  if (found === undefined || others.length > 0)
    throw new Error(`${folder} holds ${index.manifests.length} images, not one`);
  const manifest = (await readJson(blob(found.digest))) as ImageManifest;
  const config = (await readJson(blob(manifest.config.digest))) as ImageConfig;
  const parts = [manifest.config, ...manifest.layers];
  return {
    digest: found.digest,
    manifest,
    config,
    compressedBytes: parts.reduce((sum, { size }) => sum + size, 0),
    layerFiles: manifest.layers.map(({ digest }) => blob(digest)),
  };
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}
