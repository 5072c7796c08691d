import assert from 'node:assert/strict';
import type { Kind, KubeObject } from '#common/cluster/objects.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';
import { pairsWithTheSameToken, refusedBeforehand } from './store-refused.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';
const CLUSTER_ROLE: Kind = { apiVersion: RBAC, kind: 'ClusterRole', plural: 'clusterroles', namespaced: false };
const BINDING: Kind = {
  apiVersion: RBAC,
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
};

const ALL = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
const OTHERS = ['configmaps', 'events', 'namespaces'];
const GROUPS = ['coordination.k8s.io', 'compass.kyma-project.io', 'applicationconnector.kyma-project.io'];

function role(verbs: readonly string[]): KubeObject {
  const rules = [
    { apiGroups: [''], resources: ['secrets'], verbs },
    { apiGroups: [''], resources: OTHERS, verbs: ALL },
    { apiGroups: GROUPS, resources: ['*'], verbs: ALL },
  ];
  return { apiVersion: RBAC, kind: 'ClusterRole', metadata: { name: 'somebody' }, rules } as KubeObject;
}

/** Somebody who may do everything that the sidecar does, but for these verbs on Secrets. */
async function without(world: FaultWorld, missing: readonly string[]): Promise<string> {
  const { cluster } = world.cluster;
  await cluster.create(CLUSTER_ROLE, role(ALL.filter((verb) => !missing.includes(verb))));
  const metadata = { name: 'somebody' };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'somebody' };
  const subjects = [{ kind: 'User', name: 'somebody', apiGroup: 'rbac.authorization.k8s.io' }];
  await cluster.create(BINDING, { apiVersion: RBAC, kind: BINDING.kind, metadata, roleRef, subjects } as KubeObject);
  return (await world.cluster.as({ name: 'somebody' })).kubeconfigPath;
}

for (const [verb, named] of [
  ['patch', 'patch secrets/cluster-client-certificates in compass-system'],
  ['delete', 'delete secrets/compass-connection-journal in compass-system'],
  ['update', 'update secrets/compass-connection-journal in compass-system'],
] as const) {
  row('K6', `the right to ${verb} that is needed later is missed before the token leaves`, async (world) => {
    const KUBECONFIG = await without(world, [verb]);
    world.here({ KUBECONFIG });
    await world.configure();
    await refusedBeforehand(world, new RegExp(`may not .*${named}`));
    const { metadata } = await world.cluster.cluster.get({ kind: CLUSTER_ROLE, name: 'somebody' });
    const { resourceVersion } = metadata;
    const granted = role(ALL);
    await world.cluster.cluster.replace(CLUSTER_ROLE, {
      ...granted,
      metadata: { ...granted.metadata, ...(resourceVersion ? { resourceVersion } : {}) },
    });
    await pairsWithTheSameToken(world);
    assert.equal(world.simulator.certificates.list().length, 1);
  });
}
