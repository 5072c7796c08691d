import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram } from '../../../.scripts/build.ts';

/**
 * What a container of an image runs: a program with its first arguments, nothing (it just runs, and is ready), or an image
 * that cannot be pulled.
 */
export type Image = readonly string[] | 'idle' | 'missing';

/** What images hold, by name: `registry/name` without the tag, or with it where tags differ. */
export type Images = Readonly<Record<string, Image>>;

const SIDECAR = /(?:^|\/)compass-sidecar(?::[^/]*)?(?:@.*)?$/;

let built: Promise<string> | undefined;

/** The built sidecar's main.js; it is built once, and gone when this process ends. */
function sidecarMain(): Promise<string> {
  built ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), 'compass-image-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    await buildProgram('sidecar', folder);
    return join(folder, 'sidecar', 'main.js');
  })();
  return built;
}

/** Whether the image is the sidecar's. */
export const isSidecar = (image: string): boolean => SIDECAR.test(image);

function entryFor(image: string, images: Images): Image | undefined {
  const name = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  return images[image] ?? images[name];
}

/**
 * The program of a container, or what it is instead. The sidecar's image holds Node and `/app/main.js`, the built program;
 * an image that nobody named is idle. `command` and `args` are the container's.
 */
export async function programOf(
  { image, command = [], args = [] }: { image: string; command?: readonly string[]; args?: readonly string[] },
  images: Images,
): Promise<readonly string[] | 'idle' | 'missing'> {
  const named = entryFor(image, images);
  if (named === 'missing' || named === 'idle') return named;
  if (named) return [...(command.length > 0 ? command : named), ...args].map(ownNode);
  if (!isSidecar(image)) return 'idle';
  const main = await sidecarMain();
  const said = command.length > 0 ? command : ['node', '/app/main.js'];
  return [...said, ...args].map((part, at) => (part === '/app/main.js' ? main : ownNode(part, at)));
}

/** The images' Node is the one that runs this. */
function ownNode(part: string, at: number): string {
  return at === 0 && part === 'node' ? process.execPath : part;
}
