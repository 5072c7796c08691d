import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, SECRET } from '#common/cluster/objects.ts';
import type { Pod, ProjectedSource, Volume } from '../pod.ts';
import { fieldOf, valuesOf } from './sources.ts';

const MEMORY = '/dev/shm';

/** The folders that stand for the volumes of one Pod. */
export class Volumes {
  readonly #folders = new Map<string, string>();
  readonly #own: string[] = [];

  /** Makes and fills them. Throws Missing where a Secret or ConfigMap is not there. `claims` outlives the Pod. */
  async make(cluster: Cluster, pod: Pod, claims: string): Promise<void> {
    for (const volume of pod.spec.volumes ?? []) {
      const known = this.#folders.get(volume.name);
      const folder = known ?? (await this.#folderFor(volume, claims));
      this.#folders.set(volume.name, folder);
      await own(folder, pod.spec.securityContext?.fsGroup);
      await fill(cluster, pod, volume, folder);
    }
  }

  /** Where a volume lies on this machine. */
  folder(name: string): string {
    const found = this.#folders.get(name);
    if (found === undefined) throw new Error(`no volume ${name}; there are: ${[...this.#folders.keys()].join()}`);
    return found;
  }

  async remove(): Promise<void> {
    await Promise.all(this.#own.map((folder) => rm(folder, { recursive: true, force: true })));
  }

  async #folderFor({ emptyDir, persistentVolumeClaim }: Volume, claims: string): Promise<string> {
    if (persistentVolumeClaim) return join(claims, persistentVolumeClaim.claimName);
    const folder = emptyDir?.medium === 'Memory' ? await inMemory() : await mkdtemp(join(tmpdir(), 'compass-volume-'));
    this.#own.push(folder);
    return folder;
  }
}

/** Best effort: a machine without memory-backed files has a plain folder. */
async function inMemory(): Promise<string> {
  try {
    return await mkdtemp(join(MEMORY, 'compass-volume-'));
  } catch {
    return mkdtemp(join(tmpdir(), 'compass-volume-'));
  }
}

/** As the kubelet does by fsGroup: the group owns the folder, and what is made in it. Best effort, for others than root. */
async function own(folder: string, group: number | undefined): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o777);
  if (group === undefined || process.getuid?.() !== 0) return;
  await chown(folder, 0, group);
  await chmod(folder, 0o2777);
}

async function fill(cluster: Cluster, pod: Pod, volume: Volume, folder: string): Promise<void> {
  const { secret, configMap, downwardAPI, projected } = volume;
  const sources: ProjectedSource[] = [
    ...(secret ? [{ secret: { ...secret, name: secret.secretName } }] : []),
    ...(configMap ? [{ configMap }] : []),
    ...(downwardAPI ? [{ downwardAPI }] : []),
    ...(projected?.sources ?? []),
  ];
  for (const source of sources) {
    for (const [path, value] of Object.entries(await filesOf(cluster, pod, source))) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), value);
    }
  }
}

async function filesOf(
  cluster: Cluster,
  pod: Pod,
  { secret, configMap, downwardAPI }: ProjectedSource,
): Promise<Readonly<Record<string, Buffer>>> {
  const { namespace = '' } = pod.metadata;
  const named = secret ?? configMap;
  if (named) {
    const values = await valuesOf(cluster, secret ? SECRET : CONFIG_MAP, namespace, named);
    if (!named.items) return values;
    return Object.fromEntries(named.items.map(({ key, path }) => [path, values[key] ?? Buffer.alloc(0)]));
  }
  const fields = (downwardAPI?.items ?? []).flatMap(({ path, fieldRef }) =>
    fieldRef ? [[path, Buffer.from(fieldOf(pod, fieldRef.fieldPath))] as const] : [],
  );
  return Object.fromEntries(fields);
}
