import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import type { TestContext } from 'node:test';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { putConnection, putReport } from '../put-report.ts';
import { DEGRADED, EXPIRED, HEALTHY } from '../sample-reports.ts';

/** A port where somebody takes calls and never answers. */
export async function silentPort(t: TestContext): Promise<number> {
  const server: Server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  return address.port;
}

export async function healthyCluster(t: TestContext) {
  const cluster = await startTestCluster(t, { crds: 'field' });
  await putConnection(cluster, 'Synchronized');
  await putReport(cluster, HEALTHY);
  return cluster;
}

/** Two connections, of which none is well. */
export async function troubledCluster(t: TestContext) {
  const cluster = await startTestCluster(t, { crds: 'field' });
  await putConnection(cluster, 'ResourceApplicationFailed');
  await putConnection(cluster, 'ConnectionFailed', 'second');
  await putReport(cluster, DEGRADED);
  await putReport(cluster, { ...EXPIRED, connection: 'second' }, 'elsewhere');
  return cluster;
}

/** Rows by their first cells. */
export function rowsOf(table: string): readonly string[] {
  return table.trimEnd().split('\n');
}
