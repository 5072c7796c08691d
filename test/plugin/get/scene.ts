import type { TestContext } from 'node:test';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { runHere } from '../run-plugin.ts';
import { putLandscape, REPORT } from './landscape.ts';

/** Runs `kubectl compass get` with words that hold no blank. */
export type Get = (args: string) => ReturnType<typeof runHere>;

export function getWith(kubeconfigPath: string): Get {
  return (args) => runHere(['get', ...args.split(' ')], { KUBECONFIG: kubeconfigPath });
}

/** A cluster with the landscape in it. */
export async function withLandscape(t: TestContext, report = REPORT) {
  const cluster = await startTestCluster(t, { crds: 'field' });
  await putLandscape(cluster, report);
  return { cluster, run: getWith(cluster.kubeconfigPath) };
}

/** The rows of a table, each as its cells. */
export function cellsOf(table: string): readonly (readonly string[])[] {
  return table
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
}

export function namesOf(table: string): readonly (string | undefined)[] {
  return cellsOf(table).map(([name]) => name);
}
