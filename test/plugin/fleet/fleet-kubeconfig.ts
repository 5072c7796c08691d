import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { KubeconfigCluster, KubeconfigUser } from '#common/cluster/kubeconfig-file.ts';

/** A context: the cluster and user of another kubeconfig, with what is to be otherwise. */
interface FleetContext {
  readonly from?: string;
  readonly cluster?: KubeconfigCluster;
  readonly user?: KubeconfigUser;
  /** A cluster's name that is nowhere. */
  readonly misnamed?: true;
}

interface Config {
  readonly clusters: readonly { readonly cluster: KubeconfigCluster }[];
  readonly users: readonly { readonly user: KubeconfigUser }[];
}

/** Writes one kubeconfig with these contexts, in their order, and no current one; gives its path. */
export async function writeFleet(
  t: TestContext,
  contexts: Readonly<Record<string, FleetContext>>,
): Promise<{ readonly path: string; readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-fleet-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const parts = await Promise.all(
    Object.entries(contexts).map(async ([name, { from, cluster, user, misnamed }]) => {
      const config = from === undefined ? undefined : (JSON.parse(await readFile(from, 'utf8')) as Config);
      return {
        cluster: { name, cluster: { ...config?.clusters[0]?.cluster, ...cluster } },
        user: { name, user: { ...(user?.exec ? {} : config?.users[0]?.user), ...user } },
        context: { name, context: { cluster: misnamed ? 'nowhere' : name, user: name } },
      };
    }),
  );
  const path = join(folder, 'config');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: parts.map((part) => part.cluster),
    users: parts.map((part) => part.user),
    contexts: parts.map((part) => part.context),
  };
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return { path, folder };
}

/** A credential plugin that writes down its process and that of a child, says something, and gives nothing. */
export function hangingPlugin(pidsPath: string): KubeconfigUser {
  const script = 'sleep 1000 & echo $$ $! > "$0"; echo "open a browser to log in" >&2; wait';
  return {
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', script, pidsPath] },
  };
}

/** A credential plugin that fails. */
export function failingPlugin(): KubeconfigUser {
  const args = ['-c', 'echo "your login has expired" >&2; exit 1'];
  return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args } };
}
