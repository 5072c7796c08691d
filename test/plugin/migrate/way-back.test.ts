import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENT, LEASE } from '#common/cluster/objects.ts';
import { formatRecord, MIGRATION_ANNOTATION } from '../../../plugin/migrate/record.ts';
import type { Deployment } from '../../../plugin/migrate/workload.ts';
import { AGENT } from '../../journeys/left-by-agent.ts';
import { assertExit } from '../assert-exit.ts';
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
