import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { NAMESPACE } from '#common/cluster/objects.ts';
import { conform } from '#common/resources/conform.ts';
import { MIGRATION_SCHEMA } from '../../../plugin/schemas/migration.ts';
import type { Crds } from '../../cluster/crds.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { type AgentOptions, leftByAgent } from '../../journeys/left-by-agent.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { runPlugin } from '../run-plugin.ts';

/** A cluster that the agent keeps connected, without anybody who would run a Pod. */
export async function startGround(t: TestContext, options: AgentOptions = {}, crds: Exclude<Crds, 'none'> = 'field') {
  const test = await startTestCluster(t, { crds });
  const { cluster, kubeconfigPath } = test;
  const simulator = await startSimulator();
  t.after(() => simulator[Symbol.asyncDispose]());
  for (const name of ['compass-system', 'kyma-system', 'istio-system'])
    await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  simulator.landscape.createApplication({ name: 'orders' });
  await leftByAgent(cluster, simulator, options);
  const run = (...args: readonly string[]) =>
    runPlugin(['migrate', 'from-agent', ...args], { KUBECONFIG: kubeconfigPath });
  const plan = async (...args: readonly string[]) => {
    const result = await run('-o', 'json', ...args);
    const document = JSON.parse(result.stdout);
    assert.deepEqual(conform(MIGRATION_SCHEMA, document), document);
    return { ...result, document };
  };
  return { test, cluster, simulator, run, plan };
}
