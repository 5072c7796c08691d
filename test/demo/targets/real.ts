import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import type { Cluster } from '#common/cluster/cluster.ts';
import { connectCluster } from '#common/cluster/connect.ts';
import { kubeconfigPaths } from '#common/cluster/kubeconfig-file.ts';
import { CUSTOM_RESOURCE_DEFINITION, type Kind, type KubeObject, NAMESPACE } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { installCrd, readCrds } from '../../cluster/crds.ts';
import type { Narrator } from '../narrator.ts';
import { namespacesOf, placeOfItsOwn } from '../place.ts';
import type { Target } from '../target.ts';
import { Leftovers } from './leftovers.ts';

/** A kubeconfig list in which the context is the current one: the first file that names one wins, in kubectl too. */
async function selectContext(folder: string, context: string): Promise<string> {
  const file = join(folder, 'kubeconfig');
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': context }));
  return [file, ...kubeconfigPaths(process.env).map((path) => resolve(path))].join(delimiter);
}

/** Every object of a kind; none where the kind does not exist. */
async function listAll<T extends KubeObject>(cluster: Cluster, kind: Kind): Promise<readonly T[]> {
  const found: T[] = [];
  try {
    for await (const page of cluster.listPages<T>(kind)) found.push(...page.items);
  } catch (error) {
    if (!hasReason(error, 'NotInstalled')) throw error;
  }
  return found;
}

/** Throws where the cluster has, or had, a connection to Compass: the demo must not meet it. */
async function refuseConnected(cluster: Cluster, context: string): Promise<void> {
  const [connection] = await listAll(cluster, COMPASS_CONNECTION);
  if (connection !== undefined) {
    throw new Error(
      `the cluster of context "${context}" has the CompassConnection "${connection.metadata.name}"; the demo wants one that has none`,
    );
  }
  const applications = await listAll<Application>(cluster, APPLICATION);
  const ofCompass = applications.find(({ spec }) => spec?.compassMetadata !== undefined);
  if (ofCompass !== undefined) {
    throw new Error(
      `the cluster of context "${context}" has the Application "${ofCompass.metadata.name}" from Compass; the demo wants one that has none`,
    );
  }
}

async function installMissing(cluster: Cluster, leftovers: Leftovers): Promise<string[]> {
  const installed: string[] = [];
  for (const definition of await readCrds('ours')) {
    const ref = { kind: CUSTOM_RESOURCE_DEFINITION, name: definition.metadata.name };
    if ((await cluster.find(ref)) !== undefined) continue;
    await leftovers.remember(ref, () => installCrd(cluster, definition));
    installed.push(ref.name);
  }
  return installed;
}

/** Prepares the cluster of a kubeconfig context, under names of the demo's own; at its end exactly what the demo made is removed. */
export async function openReal(folder: string, context: string, narrator: Narrator): Promise<Target> {
  const kubeconfig = await selectContext(folder, context);
  const cluster = await connectCluster({ env: { ...process.env, KUBECONFIG: kubeconfig }, userAgent: 'compass-demo' });
  await refuseConnected(cluster, context);
  narrator.done(`the cluster of context "${context}" answers: ${cluster.server}`);
  const place = placeOfItsOwn(randomBytes(3).toString('hex'));
  const leftovers = new Leftovers(cluster, place, narrator);
  const target: Target = {
    cluster,
    kubeconfig,
    place,
    async [Symbol.asyncDispose]() {
      try {
        await leftovers.remove();
      } finally {
        cluster.close();
      }
    },
  };
  try {
    const installed = await installMissing(cluster, leftovers);
    narrator.done(
      installed.length > 0
        ? `CRDs applied: ${installed.join(', ')}`
        : 'the CRDs CompassConnection and Application are there',
    );
    for (const name of namespacesOf(place)) {
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
      await leftovers.remember({ kind: NAMESPACE, name }, () => cluster.create(NAMESPACE, namespace));
    }
    narrator.done(`namespaces made for the demo: ${namespacesOf(place).join(', ')}`);
    return target;
  } catch (error) {
    await target[Symbol.asyncDispose]();
    throw error;
  }
}
