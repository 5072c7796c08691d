import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_MAP, DEPLOYMENT, type KubeObject, LEASE } from '#common/cluster/objects.ts';
import { conform } from '#common/resources/conform.ts';
import { REPORT_KEY } from '#common/resources/report.ts';
import { formatRecord, MIGRATION_ANNOTATION } from '../../../plugin/migrate/record.ts';
import type { Deployment } from '../../../plugin/migrate/workload.ts';
import { MIGRATION_SCHEMA } from '../../../plugin/schemas/migration.ts';
import { AGENT } from '../../journeys/left-by-agent.ts';
import { assertExit } from '../assert-exit.ts';
import { may, somebodyWith } from '../grant.ts';
import { runPlugin } from '../run-plugin.ts';
import { startGround } from './agent-ground.ts';

const REF = { kind: DEPLOYMENT, namespace: 'kyma-system', name: AGENT };

test('an agent that does not get ready in time is told with what is waited for, and stays started', async (t) => {
  const { cluster, run } = await startGround(t);
  const record = formatRecord({
    replicas: 3,
    startedAt: '2026-01-01T00:00:00Z',
    sidecar: 'compass-system/compass-sidecar',
  });
  await cluster.mergePatch(REF, {
    metadata: { annotations: { [MIGRATION_ANNOTATION]: record } },
    spec: { replicas: 0 },
  });
  const late = await run('--rollback', '--yes', '--timeout', '1s');
  assertExit(late, 'migrate from-agent', 124);
  assert.match(late.stderr, /waiting for the Deployment kyma-system\/compass-runtime-agent/);
  const { spec, metadata } = await cluster.get<Deployment>(REF);
  assert.equal(spec?.replicas, 3, 'what the record says');
  assert.equal(metadata.annotations?.[MIGRATION_ANNOTATION], undefined);
});

test('what the sidecar holds and the agent would not is told before a way back, and that the history goes', async (t) => {
  const { cluster, run } = await startGround(t);
  await cluster.mergePatch(REF, { spec: { replicas: 0 } });
  const report = {
    schemaVersion: 'v1',
    connection: 'compass-connection',
    held: { id: '4711', count: 2, names: ['orders', 'carts'] },
    suspended: { scope: 'deletes', by: 'eva', reason: 'incident' },
    changes: [{ time: '2026-01-01T00:00:00Z', kind: 'Application', name: 'orders', action: 'created', revision: 1 }],
  };
  await cluster.create(CONFIG_MAP, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'compass-connection-report', namespace: 'compass-system' },
    data: { [REPORT_KEY]: JSON.stringify(report) },
  } as KubeObject);
  const dry = await run('--rollback', '--dry-run=server', '-o', 'json');
  assertExit(dry, 'migrate from-agent', 0);
  assert.match(dry.stderr, /warning: 2 deletions of plan 4711 are held: the agent holds nothing, and deletes at once/);
  assert.match(dry.stderr, /warning: deletions are suspended by eva: incident; the agent knows nothing of that/);
  assert.match(dry.stderr, /warning: the history of the sidecar goes with its report; .*`kubectl compass report`/);
  const document = JSON.parse(dry.stdout);
  assert.deepEqual(conform(MIGRATION_SCHEMA, document), document);
  assert.deepEqual(
    document.findings.map(({ name }: { name: string }) => name),
    ['held', 'suspended', 'history'],
  );
});

test('who may not scale the Deployments is told so before anything is done, in either direction', async (t) => {
  const { test: server, cluster } = await startGround(t);
  const kubeconfig = await somebodyWith(server, [
    may('get list', 'apps/deployments', 'compass.kyma-project.io/compassconnections'),
    may('get list', 'applicationconnector.kyma-project.io/applications'),
  ]);
  const runAs = (...args: readonly string[]) =>
    runPlugin(['migrate', 'from-agent', '--yes', ...args], { KUBECONFIG: kubeconfig });
  const applied = await runAs('--apply');
  assertExit(applied, 'migrate from-agent', 7);
  assert.match(applied.stderr, /not permitted: get namespaces, and \d+ more rights; nothing was changed/);
  assert.equal((await cluster.get<Deployment>(REF)).spec?.replicas, 1);
  await cluster.mergePatch(REF, { spec: { replicas: 0 } });
  const back = await runAs('--rollback');
  assertExit(back, 'migrate from-agent', 4);
  assert.match(
    back.stderr,
    /not permitted: patch deployments\.apps\/compass-runtime-agent in namespace kyma-system; nothing was changed/,
  );
});

test('a Pod of no Deployment that keeps the connection is in the way back', async (t) => {
  const { cluster, run } = await startGround(t);
  await cluster.mergePatch(REF, { spec: { replicas: 0 } });
  const renewTime = `${new Date().toISOString().slice(0, -1)}000Z`;
  await cluster.create(LEASE, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'compass-connection-lease', namespace: 'compass-system' },
    spec: {
      holderIdentity: 'shop-7c9-x2x_123e4567-e89b-42d3-a456-426614174000',
      leaseDurationSeconds: 3600,
      renewTime,
    },
  } as never);
  const refused = await run('--rollback', '--yes');
  assertExit(refused, 'migrate from-agent', 7);
  assert.match(refused.stderr, /pod compass-system\/shop-7c9-x2x keeps the connection too/);
  const after = await cluster.get<Deployment>(REF);
  assert.equal(after.spec?.replicas, 0);
  const planned = await run();
  assert.match(planned.stdout, /shop-7c9-x2x keeps the connection already/);
});
