import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultWorld } from './world.ts';

interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly cluster: Readonly<Record<string, string>> }[];
  readonly users: readonly { readonly name: string; readonly user: Readonly<Record<string, string>> }[];
}

/** A folder of the test's own. */
export async function newFolder({ t }: { readonly t: Pick<FaultWorld['t'], 'after'> }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-faults-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface KubeconfigChanges {
  /** Another way to the API server, by port. */
  readonly port?: number;
  readonly host?: string;
  /** The file with the CA, instead of the CA itself. */
  readonly caFile?: string;
  /** Who it is, instead of the administrator. */
  readonly user?: Readonly<Record<string, string>>;
}

/** The kubeconfig of the sidecar's world with something changed; its path. */
export async function kubeconfigWith(world: FaultWorld, changes: KubeconfigChanges): Promise<string> {
  const config = JSON.parse(await readFile(world.cluster.kubeconfigPath, 'utf8')) as Kubeconfig;
  const { port = new URL(world.cluster.server).port, host = '127.0.0.1', caFile } = changes;
  const clusters = config.clusters.map(({ name, cluster: { 'certificate-authority-data': ca, ...cluster } }) => {
    const trusted = caFile === undefined ? { 'certificate-authority-data': ca } : { 'certificate-authority': caFile };
    return { name, cluster: { ...cluster, ...trusted, server: `https://${host}:${port}` } };
  });
  const users = config.users.map(({ name, user }) => ({ name, user: changes.user ?? user }));
  const path = join(await newFolder(world), 'kubeconfig');
  await writeFile(path, JSON.stringify({ ...config, clusters, users }), { mode: 0o600 });
  return path;
}
