import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { missingTools, runTool } from '../../.scripts/run-tool.ts';
import { readImage } from './image-archive.ts';

/** podman with a storage and settings of its own. */
export interface Podman {
  /** What it prints, without the blanks around it; throws with its complaint where it fails. */
  run(...args: string[]): Promise<string>;
  /** What a process must have in its environment that runs podman itself. */
  readonly env: Readonly<Record<string, string>>;
  /** Loads an OCI archive, and returns the name that runs it, which no other image has. */
  load(archive: string): Promise<string>;
}

/**
 * What it takes in a virtual machine or a container without systemd: no other limits than those that are there, the host's
 * network, on which the tests' servers listen, and runc, which also works with both versions of cgroups at once.
 */
const SETTINGS = `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
`;

/** One for the time of a test, with its containers and images; or why there is none here. */
export async function startPodman(t: TestContext): Promise<Podman | string> {
  const missing = await missingTools(['podman', 'runc']);
  if (missing.length > 0) return `this machine has no ${missing.join(', ')}`;
  if (process.getuid?.() !== 0) return 'only root may bound the memory of a container by runc';
  const folder = await mkdtemp(join(tmpdir(), 'compass-podman-'));
  const files = {
    CONTAINERS_CONF: join(folder, 'containers.conf'),
    CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
  };
  await writeFile(files.CONTAINERS_CONF, SETTINGS);
  const places = `graphroot = "${folder}/storage"\nrunroot = "${folder}/run"\n`;
  await writeFile(files.CONTAINERS_STORAGE_CONF, `[storage]\ndriver = "overlay"\n${places}`);
  const env = { HOME: folder, ...files };
  const run = async (...args: string[]) => (await runTool('podman', args, { env })).trim();
  t.after(async () => {
    await run('pod', 'rm', '--all', '--force', '--time', '0');
    await run('rm', '--all', '--force', '--time', '0');
    await run('rmi', '--all', '--force');
    await rm(folder, { recursive: true, force: true });
  });
  try {
    await run('info');
  } catch (error) {
    return `podman does not work on this machine: ${error instanceof Error ? error.message : error}`;
  }
  return {
    run,
    env,
    async load(archive) {
      await run('load', '--input', archive);
      const { manifest } = await readImage(t, archive);
      return manifest.config.digest.replace('sha256:', '');
    },
  };
}
